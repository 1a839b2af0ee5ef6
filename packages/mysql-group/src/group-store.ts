import { ApiError, type Cluster, type KubeObject, kinds } from "@svclab/cluster";
import { GroupRecord, noGroupYet, ToolError } from "@svclab/contracts";

/** The record as it was read, and what a write must name to be the next after it. */
export interface Recorded {
  readonly record: GroupRecord;
  readonly version: string;
}

interface RecordObject extends KubeObject {
  readonly data?: { readonly record?: string };
}

/**
 * The group's record, in a ConfigMap that the manifests make. The API server takes a write only on
 * the version that was read: of two agents that write at once, one is told that it came too late.
 */
export class GroupStore {
  readonly #cluster: Cluster;
  readonly #where: { readonly namespace: string; readonly name: string };

  constructor(cluster: Cluster, where: { readonly namespace: string; readonly name: string }) {
    this.#cluster = cluster;
    this.#where = where;
  }

  /** @throws ToolError group-record-missing, ZodError where it is none of ours */
  async read(signal?: AbortSignal): Promise<Recorded> {
    const found = await this.#cluster.get(kinds.configMap, this.#where, signal);
    if (found === null)
      throw new ToolError({
        code: "group-record-missing",
        expected: `ConfigMap ${this.#where.namespace}/${this.#where.name}`,
        found: "none",
        todo: "apply k8s/base, which makes it: ./svclab install",
      });
    const { data } = found as RecordObject;
    const record =
      data?.record === undefined ? noGroupYet : GroupRecord.parse(JSON.parse(data.record));
    return { record, version: found.metadata.resourceVersion ?? "" };
  }

  /** False: somebody else wrote since it was read. */
  async write(record: GroupRecord, version: string, signal?: AbortSignal): Promise<boolean> {
    const { apiVersion, kind } = kinds.configMap;
    const patch = {
      metadata: { resourceVersion: version },
      data: { record: JSON.stringify(record) },
    };
    try {
      await this.#cluster.patch({ apiVersion, kind, ...this.#where }, "merge", patch, signal);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) return false;
      throw error;
    }
  }
}
