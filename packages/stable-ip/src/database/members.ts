import type { Cluster } from "@svclab/cluster";
import { GroupMember } from "@svclab/contracts";
import type { Clock } from "../observe/clock.ts";
import type { RecordFact } from "../observe/fact.ts";
import { databaseNames } from "./lab.ts";

const lookEveryMs = 100;
const answerMs = 1_000;
const agentPort = 8_080;

/** The members as their agents last told; null: no answer. */
export class Members {
  readonly #said = new Map<string, GroupMember | null>();

  get(pod: string): GroupMember | null {
    return this.#said.get(pod) ?? null;
  }

  set(pod: string, said: GroupMember | null): void {
    this.#said.set(pod, said);
  }

  /** As the members of a majority say themselves; null: none, or more than one. */
  get primary(): { readonly pod: string; readonly serverUuid: string } | null {
    const found = databaseNames.members.filter((pod) => {
      const said = this.get(pod);
      return said?.state === "ONLINE" && said.role === "PRIMARY" && said.majority;
    });
    const [pod] = found;
    const said = pod === undefined ? null : this.get(pod);
    if (pod === undefined || said === null || found.length > 1) return null;
    return { pod, serverUuid: said.uuid };
  }
}

export interface Looking {
  readonly cluster: Cluster;
  readonly record: RecordFact;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Asks each agent in turn, until the signal, and writes down what has changed. */
export async function watchMembers(members: Members, looking: Looking): Promise<void> {
  await Promise.all(databaseNames.members.map((pod) => lookAt(pod, members, looking)));
}

async function lookAt(
  name: string,
  members: Members,
  { cluster, record, clock, signal }: Looking,
): Promise<void> {
  const { namespace } = databaseNames;
  const request = { port: agentPort, method: "GET", path: "/member" } as const;
  let last = "";
  while (!signal.aborted) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const answer = await cluster.askPod({ namespace, name }, request, limit).catch(() => null);
    if (signal.aborted) return;
    const said = answer?.status === 200 ? GroupMember.parse(JSON.parse(answer.body)) : null;
    members.set(name, said);
    const fact = {
      kind: "member-seen",
      pod: name,
      state: said?.state ?? null,
      role: said?.role ?? null,
      serverUuid: said?.uuid ?? null,
    } as const;
    const now = JSON.stringify(fact);
    if (now !== last) record(fact);
    last = now;
    await clock.sleep(lookEveryMs, signal).catch(() => undefined);
  }
}
