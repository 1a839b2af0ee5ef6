import type { KubeObject } from "./object.ts";

/** A kind of object, with the TypeScript type of its objects. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly apiVersion: string;
  readonly kind: string;
  /** Never set: it carries the type. */
  readonly object?: T;
}

/** The kinds that are read field by field, each with the fields that are read. */
export const kinds = {
  pod: { apiVersion: "v1", kind: "Pod" } as Kind<Pod>,
  service: { apiVersion: "v1", kind: "Service" } as Kind<Service>,
  node: { apiVersion: "v1", kind: "Node" } as Kind<Node>,
  configMap: { apiVersion: "v1", kind: "ConfigMap" } as Kind,
  deployment: { apiVersion: "apps/v1", kind: "Deployment" } as Kind<Deployment>,
  secret: { apiVersion: "v1", kind: "Secret" } as Kind<Secret>,
  statefulSet: { apiVersion: "apps/v1", kind: "StatefulSet" } as Kind,
  persistentVolumeClaim: { apiVersion: "v1", kind: "PersistentVolumeClaim" } as Kind,
  replicaSet: { apiVersion: "apps/v1", kind: "ReplicaSet" } as Kind,
  endpointSlice: {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
  } as Kind<EndpointSlice>,
  ingress: { apiVersion: "networking.k8s.io/v1", kind: "Ingress" } as Kind<Ingress>,
  gateway: { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" } as Kind<Gateway>,
} as const;

export interface Condition {
  readonly type: string;
  readonly status: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly containerID?: string;
  readonly ready: boolean;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode: number; readonly reason?: string };
  };
}

export interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** Values are base64. */
export interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface Ingress extends KubeObject {
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] };
  };
}

export interface Gateway extends KubeObject {
  readonly status?: { readonly addresses?: readonly { readonly value: string }[] };
}

export interface Service extends KubeObject {
  readonly spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly nodePort?: number;
    }[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

export interface EndpointSlice extends KubeObject {
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[];
        readonly nodeName?: string;
        readonly targetRef?: { readonly kind?: string; readonly uid?: string };
        readonly conditions?: {
          readonly ready?: boolean;
          readonly serving?: boolean;
          readonly terminating?: boolean;
        };
      }[]
    | null;
}

export interface Deployment extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
  };
}

export interface Node extends KubeObject {
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly Condition[];
  };
}
