import { type Cluster, kinds } from "@svclab/cluster";
import type { Member } from "./decide/look.ts";
import { limits } from "./limits.ts";
import type { Server } from "./server/server.ts";

/** The server that leads next, by UUID; null where this member does not lead, or nobody else could. */
export function successorOf(self: string, member: Member | undefined): string | null {
  if (member?.state !== "ONLINE" || member.role !== "PRIMARY" || !member.majority) return null;
  const others = Object.entries(member.online).filter(([pod]) => pod !== self);
  return others.sort(([one], [other]) => (one < other ? -1 : 1))[0]?.[1] ?? null;
}

export interface HandOver {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly self: string;
  readonly server: Server;
  readonly member: () => Member | undefined;
}

/**
 * Has another member lead, before this one's server is told to end. A primary that ends while it is
 * written to keeps its clients' commits for 5 s, and then loses their answers. Only a Pod that is on
 * its way out does this: whoever else asks changes nothing. Resolves to what was done.
 */
export async function handOver({
  cluster,
  namespace,
  self,
  server,
  member,
}: HandOver): Promise<string> {
  const signal = AbortSignal.timeout(limits.answerMs);
  const pod = await cluster.get(kinds.pod, { namespace, name: self }, signal);
  if (pod?.metadata.deletionTimestamp === undefined) return "this Pod is not being deleted";
  const successor = successorOf(self, member());
  if (successor === null) return "this member does not lead, or there is nobody else";
  const sql = "SELECT group_replication_set_as_primary(?, ?)";
  const seconds = Math.floor(limits.handOverMs / 2_000);
  await server.query(sql, limits.handOverMs, [successor, seconds]);
  return `${successor} leads`;
}
