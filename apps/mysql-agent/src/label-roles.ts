import { type Cluster, kinds } from "@svclab/cluster";
import type { Member } from "./decide/look.ts";
import { limits } from "./limits.ts";

interface Labelled {
  /** Of the group in which this member leads. */
  readonly incarnation: string;
  readonly atMs: number;
  /** The other Pods were labelled too. */
  readonly others: boolean;
}

/** The label by which the Service mysql-primary finds its Pod. */
export const roleLabel = "svclab/role";

/**
 * Puts the label on all three Pods: done by the agent of the primary alone, which the group
 * elected. A primary that was is stopped or cut off, and cannot take its own label off. Its own
 * Pod comes first and the others at the next look: a change that comes before the EndpointSlice
 * controller has seen its own last one is left for a second (docs/decisions/0015).
 */
export class RoleLabels {
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #pods: readonly string[];
  #set: Labelled | null = null;

  constructor(cluster: Cluster, namespace: string, pods: readonly string[]) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#pods = pods;
  }

  /** Does nothing where this member is not the primary of a majority. Throws where a Pod stays wrong. */
  async follow(self: string, own: Member, nowMs: number, signal: AbortSignal): Promise<void> {
    const { incarnation, majority, role, state } = own;
    if (state !== "ONLINE" || role !== "PRIMARY" || !majority || incarnation === null) {
      this.#set = null;
      return;
    }
    const known = this.#set?.incarnation === incarnation ? this.#set : null;
    if (known === null) {
      await this.#label(self, "primary", signal);
      this.#set = { incarnation, atMs: nowMs, others: false };
      return;
    }
    if (known.others && nowMs - known.atMs < limits.labelsEveryMs) return;
    const done = await Promise.allSettled(
      this.#pods.map((pod) => this.#label(pod, pod === self ? "primary" : "secondary", signal)),
    );
    const failed = done.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    this.#set = { incarnation, atMs: nowMs, others: true };
  }

  async #label(name: string, role: string, signal: AbortSignal): Promise<void> {
    const { apiVersion, kind } = kinds.pod;
    const where = { namespace: this.#namespace, name };
    const pod = await this.#cluster.get(kinds.pod, where, signal);
    // One that is being replaced comes back as a secondary, and is looked at again.
    if (pod === null || pod.metadata.labels?.[roleLabel] === role) return;
    const patch = { metadata: { uid: pod.metadata.uid, labels: { [roleLabel]: role } } };
    await this.#cluster.patch({ apiVersion, kind, ...where }, "merge", patch, signal);
  }
}
