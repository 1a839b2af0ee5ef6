import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kinds, parseObjects } from "@svclab/cluster";
import type { DatabaseChange, Violation } from "../claim.ts";
import { memberPath } from "../history/writer-paths.ts";
import { applyVariant } from "../kill/variant.ts";
import { setTargets } from "../observe/probing.ts";
import { until } from "../observe/wait.ts";
import { loseVolume, wholeAgain } from "./faults.ts";
import type { DatabaseHands, PlacedMember } from "./hands.ts";
import { databaseNames, fullName } from "./lab.ts";
import { placed, primaryNow, signalProcess, sqlOn } from "./server.ts";
import type { Writer } from "./writer.ts";

/** Makes the mistake for real, and writes it down when it is in force. */
export async function violateDatabase(
  hands: DatabaseHands,
  { name, how }: Violation,
  { run, variants, writer }: { run: string; variants: string; writer: Writer },
): Promise<void> {
  if ("variant" in how) {
    const path = join(variants, `${how.variant}.yaml`);
    for (const object of parseObjects(await readFile(path, "utf8"), path))
      await applyVariant({ ...hands, deployment: "", replicas: 0 }, name, object);
  } else {
    await changes[how.fault as DatabaseChange](hands, run, writer);
  }
  hands.record({ kind: "violation-applied", name });
}

type Change = (hands: DatabaseHands, run: string, writer: Writer) => Promise<unknown>;

const changes: Readonly<Record<DatabaseChange, Change>> = {
  "row-deleted": (hands, run) =>
    sqlOn(
      hands,
      primaryNow(hands),
      "writer",
      `DELETE FROM notes.notes WHERE text LIKE '${run}/%' ORDER BY id LIMIT 1`,
    ),
  "row-doubled": (hands, run) =>
    sqlOn(
      hands,
      primaryNow(hands),
      "writer",
      `INSERT INTO notes.notes (text) SELECT text FROM notes.notes WHERE text LIKE '${run}/%' ORDER BY id LIMIT 1`,
    ),
  "stopped-member-answers-reads": async (hands) => {
    const { pod: leader } = primaryNow(hands);
    const pod = databaseNames.members.find((each) => each !== leader) ?? "";
    const stopped = placed(hands, pod);
    await stillAgents(hands, [stopped]);
    const open = "STOP GROUP_REPLICATION; SET GLOBAL offline_mode = OFF";
    await sqlOn(hands, stopped, "agent", open);
  },
  "addressed-by-the-read-service": async (_hands, _run, writer) => {
    const { members, read } = databaseNames;
    const targets = [fullName(read)];
    for (const pod of members) await setTargets(writer, { path: memberPath(pod), targets });
  },
  "asynchronous-and-volume-lost": loseWhatIsOnOneAlone,
};

/** An agent that stands still mends nothing; it goes on when this is called, or the run ends. */
async function stillAgents(
  hands: DatabaseHands,
  members: readonly PlacedMember[],
): Promise<() => Promise<void>> {
  const undone = await Promise.all(
    members.map(async (member) => {
      const goOn = (signal: AbortSignal) =>
        signalProcess({ ...hands, signal }, member, "CONT", "node");
      const forget = hands.removals.add(`the agent of ${member.pod} goes on`, goOn);
      await signalProcess(hands, member, "STOP", "node");
      return async () => {
        await goOn(hands.signal);
        forget();
      };
    }),
  );
  return async () => {
    await Promise.all(undone.map((goOn) => goOn()));
  };
}

/**
 * The primary is made to acknowledge by itself, as it would with asynchronous replication whose
 * replicas are behind, and then its volume is lost.
 */
async function loseWhatIsOnOneAlone(hands: DatabaseHands): Promise<void> {
  const { clock, signal, onEvent } = hands;
  const alone = primaryNow(hands);
  const goOn = await stillAgents(
    hands,
    databaseNames.members.map((pod) => placed(hands, pod)),
  );
  // Nobody is ready while the agents stand still.
  const back = await leadToUnready(hands);
  const open = "STOP GROUP_REPLICATION; SET GLOBAL offline_mode = OFF; SET GLOBAL read_only = OFF";
  await sqlOn(hands, alone, "agent", open);
  let acknowledged = 0;
  onEvent((event) => {
    if (event.kind !== "note-answered" || event.outcome !== "acknowledged") return;
    if (event.serverUuid === alone.serverUuid) acknowledged += 1;
  });
  await until(clock, signal, {
    what: "100 notes to be acknowledged by one server alone",
    look: () => acknowledged >= 100 || null,
    seen: () => `${acknowledged}`,
    limitMs: 20_000,
  });
  await loseVolume(hands, alone);
  await back();
  await goOn().catch(() => undefined);
  await wholeAgain(hands, "the others to go on without it");
}

async function leadToUnready({
  cluster,
  removals,
  signal,
}: DatabaseHands): Promise<() => Promise<void>> {
  const { namespace, primary: name } = databaseNames;
  const set = (publishNotReadyAddresses: boolean, limit: AbortSignal) =>
    cluster.patch(
      { ...kinds.service, namespace, name },
      "merge",
      { spec: { publishNotReadyAddresses } },
      limit,
    );
  const forget = removals.add(`Service ${name} as it was`, (limit) => set(false, limit));
  await set(true, signal);
  return async () => {
    await set(false, signal);
    forget();
  };
}
