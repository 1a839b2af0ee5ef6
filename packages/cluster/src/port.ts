import type { Kind } from "./kinds.ts";
import type { KubeObject, Ref } from "./object.ts";

/** Which objects of a kind. No namespace: all of them. */
export interface Where {
  readonly namespace?: string;
  /** A label selector, for example `app.kubernetes.io/name=api`. */
  readonly labels?: string;
}

export interface List<T> {
  readonly items: readonly T[];
  /** Where a watch goes on without a gap. */
  readonly resourceVersion: string;
}

export type Change = "ADDED" | "MODIFIED" | "DELETED";

/** What one connection of a watch tells while it is open. */
export interface WatchSink<T> {
  opened(): void;
  changed(change: Change, object: T): void;
  /** Nothing before this version will be told again. */
  reached(resourceVersion: string): void;
}

export interface Removal {
  /** Removes this object only, never another of the same name. */
  readonly uid?: string;
  /** 0 removes a Pod without waiting for its container (force). Default: the object's own. */
  readonly graceSeconds?: number;
}

export type PatchKind = "merge" | "strategic";

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

export interface LogWish {
  readonly container?: string;
  /** RFC 3339; the server counts in whole seconds. */
  readonly since?: string;
  readonly follow: boolean;
}

export interface PodRequest {
  readonly port: number;
  readonly method: "GET" | "PUT" | "POST";
  readonly path: string;
  readonly body?: unknown;
}

export interface PodAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * All that is asked of a cluster's API. Every call throws ApiError (status) when the API refuses,
 * ToolError `cluster-unreachable` when it cannot be asked, and the signal's reason when aborted.
 */
export interface Cluster {
  /** null: there is none. */
  get<T extends KubeObject>(
    kind: Kind<T>,
    name: { readonly namespace?: string; readonly name: string },
    signal?: AbortSignal,
  ): Promise<T | null>;
  list<T extends KubeObject>(kind: Kind<T>, where: Where, signal?: AbortSignal): Promise<List<T>>;
  /** One connection, from a version on. Ends when the server ends it. ApiError 410: list again. */
  watch<T extends KubeObject>(
    kind: Kind<T>,
    where: Where & { readonly from: string },
    sink: WatchSink<T>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Server-side apply, with force, by the field manager `svclab`. */
  apply(object: KubeObject, signal?: AbortSignal): Promise<KubeObject>;
  /** ApiError 409: there is one of that name. */
  create(object: KubeObject, signal?: AbortSignal): Promise<KubeObject>;
  /** What create() would do, all checks included, and nothing of it is kept (a dry run). */
  tryCreate(object: KubeObject, signal?: AbortSignal): Promise<void>;
  /** Puts a whole object in the place of another. ApiError 409: it has changed meanwhile. */
  replace(object: KubeObject, signal?: AbortSignal): Promise<KubeObject>;
  patch(ref: Ref, kind: PatchKind, patch: unknown, signal?: AbortSignal): Promise<KubeObject>;
  /** What `kubectl scale` does. */
  scale(ref: Ref, replicas: number, signal?: AbortSignal): Promise<void>;
  /** false: there was none. ApiError 409: another uid. */
  remove(ref: Ref, removal?: Removal, signal?: AbortSignal): Promise<boolean>;
  /** Lines with their time, RFC 3339 with nine digits, oldest first; ends with the log. */
  log(pod: PodName, wish: LogWish, onLine: LogLine, signal: AbortSignal): Promise<void>;
  /**
   * Through the API server, past every Service: control traffic, never evidence. The API server
   * takes the Authorization header for itself, so a Pod never sees one.
   */
  askPod(pod: PodName, request: PodRequest, signal?: AbortSignal): Promise<PodAnswer>;
}

export type LogLine = (at: string, text: string) => void;
