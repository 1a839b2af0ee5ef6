import { kinds } from "@svclab/cluster";
import type { DatabaseFault } from "@svclab/contracts";
import { held } from "../kill/held.ts";
import { ranOut, until } from "../observe/wait.ts";
import type { DatabaseHands, PlacedMember } from "./hands.ts";
import { databaseNames } from "./lab.ts";
import { limits } from "./limits.ts";
import { placed, primaryNow, signalProcess, sqlOn } from "./server.ts";
import { notWhole } from "./whole.ts";

/**
 * A paused control plane would be an outage of the API server, which is another fault; and with the
 * clients' port cut off there, the writer could ask no member at all.
 */
const fromAWorker: ReadonlySet<DatabaseFault> = new Set([
  "primary-node-paused",
  "primary-cut-off-from-clients-too",
]);

/** Does one fault, written down from just before it until the group is whole and written to. */
export async function causeDatabaseFault(
  fault: DatabaseFault,
  hands: DatabaseHands,
): Promise<void> {
  const { record, clock, signal } = hands;
  if (fromAWorker.has(fault)) await leadFromAWorker(hands);
  const primary = await primarySoon(hands);
  const { pod, serverUuid } =
    fault === "replica-behind" ? await replicaSoon(hands, primary.pod) : primary;
  record({ kind: "database-fault-began", fault, pod, serverUuid });
  await faults[fault](hands, placed(hands, pod));
  await wholeAgain(hands, `the group to be whole after ${fault}`, wholeLimits[fault]).catch(
    (error) => {
      if (wholeLimits[fault] === undefined || !ranOut(error)) throw error;
    },
  );
  record({ kind: "database-fault-ended", fault });
  await clock.sleep(limits.betweenMs, signal);
}

/** The member that leads; one answer of its agent may be missed. */
async function primarySoon(hands: DatabaseHands): Promise<ReturnType<typeof primaryNow>> {
  const { members, clock, signal } = hands;
  await until(clock, signal, {
    what: "one member to say that it leads",
    look: () => members.primary,
    seen: () => "none, or more than one, does",
    limitMs: limits.ledMs,
  });
  return primaryNow(hands);
}

/** Not whole after this: the run goes on, since that is for a judge to say. */
const wholeLimits: Readonly<Partial<Record<DatabaseFault, number>>> = {
  "replica-behind": limits.returnedMs,
};

/** A member that does not lead, as its agent tells. */
function replicaSoon({ members, clock, signal }: DatabaseHands, primary: string) {
  const pod = databaseNames.members.find((name) => name !== primary) ?? "";
  return until(clock, signal, {
    what: `the agent of ${pod} to answer`,
    look: () => {
      const said = members.get(pod);
      return said === null ? null : { pod, serverUuid: said.uuid };
    },
    seen: () => "it does not",
    limitMs: limits.ledMs,
  });
}

/** Waits until the group is whole and a note was acknowledged after that. */
export async function wholeAgain(
  hands: DatabaseHands,
  what: string,
  limitMs: number = limits.wholeMs,
): Promise<void> {
  const { world, members, clock, signal, acknowledged } = hands;
  // What has just been killed is not noticed at once.
  await clock.sleep(1_000, signal);
  let before: number | null = null;
  await until(clock, signal, {
    what: `${what}, and a note to be acknowledged,`,
    look: () => {
      if (notWhole(world, members).length > 0) before = null;
      else before ??= acknowledged();
      return before !== null && acknowledged() > before ? true : null;
    },
    seen: () => notWhole(world, members).join("; ") || "no note was acknowledged",
    limitMs,
    everyMs: 100,
  });
}

type Fault = (hands: DatabaseHands, member: PlacedMember) => Promise<unknown>;

const faults: Readonly<Record<DatabaseFault, Fault>> = {
  "primary-deleted": (hands, primary) => remove(hands, primary),
  "server-killed": (hands, primary) => signalProcess(hands, primary, "KILL"),
  "primary-force-deleted": (hands, primary) => remove(hands, primary, 0),
  "primary-cut-off": (hands, primary) => cutOff(hands, primary, [databaseNames.groupPort]),
  "primary-cut-off-from-clients-too": (hands, primary) =>
    cutOff(hands, primary, [databaseNames.groupPort, databaseNames.port]),
  "primary-node-paused": (hands, { node }) =>
    held(hands, `node ${node} goes on`, limits.heldMs, (on) => hands.pauseNode(node, on)),
  "server-stopped": (hands, primary) =>
    held(hands, `the server of ${primary.pod} goes on`, limits.heldMs, (on, signal) =>
      signalProcess({ ...hands, signal }, primary, on ? "STOP" : "CONT"),
    ),
  "all-servers-killed": (hands) =>
    Promise.all(
      databaseNames.members.map((pod) => signalProcess(hands, placed(hands, pod), "KILL")),
    ),
  "primary-volume-lost": loseVolume,
  "replica-behind": holdBack,
};

function remove(hands: DatabaseHands, member: PlacedMember, graceSeconds?: number) {
  const { namespace } = databaseNames;
  const grace = graceSeconds === undefined ? {} : { graceSeconds };
  const options = { uid: member.podUid, ...grace };
  return hands.cluster.remove({ ...kinds.pod, namespace, name: member.pod }, options, hands.signal);
}

/** The claim is protected until its Pod has gone; the StatefulSet makes both anew. */
export async function loseVolume(hands: DatabaseHands, member: PlacedMember): Promise<void> {
  const { namespace } = databaseNames;
  const claim = { ...kinds.persistentVolumeClaim, namespace, name: `data-${member.pod}` };
  await hands.cluster.remove(claim, {}, hands.signal);
  await remove(hands, member);
}

/** Packets between nodes pass the forward hook of both; what a Pod tells itself does not. */
function cutOff(
  hands: DatabaseHands,
  { node }: PlacedMember,
  ports: readonly number[],
): Promise<void> {
  const table = "inet svclab_cut_off";
  const among = `{ ${ports.join(", ")} }`;
  const rules = [
    `add table ${table}`,
    `add chain ${table} forward { type filter hook forward priority -10; }`,
    `add rule ${table} forward tcp dport ${among} drop`,
    `add rule ${table} forward tcp sport ${among} drop`,
  ];
  return held(hands, `the rules on ${node} are gone`, limits.heldMs, (on) =>
    hands.nodeShell(node, ["nft", on ? rules.join("; ") : `delete table ${table}`]),
  );
}

/**
 * A backup's lock, which ends with its connection, lets no change of a table in; where one comes, a
 * replica executes nothing of what follows. Writes on the primary go on.
 */
async function holdBack(hands: DatabaseHands, replica: PlacedMember): Promise<void> {
  const seconds = limits.replicaHeldMs / 1_000;
  const lock = `LOCK INSTANCE FOR BACKUP; DO SLEEP(${seconds})`;
  const change = async () => {
    await locked(hands, replica);
    const primary = await primarySoon(hands);
    // A change that waits for the table would hold up every write behind it.
    const within = "SET SESSION lock_wait_timeout = 5";
    const sql = `${within}; ALTER TABLE notes.notes COMMENT ''`;
    await sqlOn(hands, placed(hands, primary.pod), "writer", sql);
  };
  // The lock is waited for though the change failed: it would be there for the next run.
  const all = await Promise.allSettled([sqlOn(hands, replica, "replication", lock), change()]);
  const failed = all.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function locked(hands: DatabaseHands, replica: PlacedMember): Promise<void> {
  const { clock, signal } = hands;
  const count =
    "SELECT COUNT(*) FROM performance_schema.metadata_locks WHERE OBJECT_TYPE = 'BACKUP LOCK'";
  let locks = "";
  // Each look starts programs on the node, which the recorders feel; an earlier one sees nothing.
  await clock.sleep(limits.locksMs, signal);
  await until(clock, signal, {
    what: `${replica.pod} to be locked for a backup`,
    look: async () => {
      locks = (await sqlOn(hands, replica, "agent", count)).trim();
      return Number(locks) > 0 || null;
    },
    seen: () => `${locks} locks`,
    limitMs: limits.lockedMs,
    everyMs: 500,
  });
}

async function leadFromAWorker(hands: DatabaseHands): Promise<void> {
  const primary = await primarySoon(hands);
  if (hands.lab.workers.includes(primary.node)) return;
  await remove(hands, primary);
  await wholeAgain(hands, "the group to be led from a worker");
}
