import { ToolError } from "@svclab/contracts";
import { parseAllDocuments } from "yaml";

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** Set while the object is on its way out. */
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly uid: string }[];
}

/** Any object of the Kubernetes API, as its JSON. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

/** Names one object. No namespace: the object lives in none. */
export interface Ref {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export function refOf({ apiVersion, kind, metadata }: KubeObject): Ref {
  const { name, namespace } = metadata;
  return namespace === undefined
    ? { apiVersion, kind, name }
    : { apiVersion, kind, namespace, name };
}

export function describeRef({ kind, namespace, name }: Ref): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/**
 * The objects of a YAML text, in its order. `name` is told in errors, for example the file's path.
 * @throws ToolError manifest-bad
 */
export function parseObjects(text: string, name: string): KubeObject[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents
    .filter((document) => document.errors.length > 0 || document.toJS() !== null)
    .map((document) => {
      const value: unknown = document.errors.length === 0 ? document.toJS() : undefined;
      if (isKubeObject(value)) return value;
      throw new ToolError({
        code: "manifest-bad",
        expected: `${name} to hold Kubernetes objects: apiVersion, kind and metadata.name`,
        found: document.errors[0]?.message ?? "a document without one of them",
        todo: "correct the file",
      });
    });
}

export function isKubeObject(value: unknown): value is KubeObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<Record<string, unknown>>;
  const { name } = (metadata ?? {}) as Partial<Record<string, unknown>>;
  return typeof apiVersion === "string" && typeof kind === "string" && typeof name === "string";
}
