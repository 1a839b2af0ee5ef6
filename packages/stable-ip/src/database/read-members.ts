import { type NotesRead, ToolError } from "@svclab/contracts";
import { until } from "../observe/wait.ts";
import type { DatabaseHands } from "./hands.ts";
import { databaseNames } from "./lab.ts";
import { limits } from "./limits.ts";
import type { Members } from "./members.ts";
import type { Writer } from "./writer.ts";

type Say = (line: string) => void;

/** Writes down what each member has of the run's notes; one that does not answer is only told. */
export async function readMembers(hands: DatabaseHands, writer: Writer, say: Say): Promise<void> {
  await caughtUp(hands, say);
  for (const pod of databaseNames.members) {
    const read = await readMember(pod, writer, hands).catch((error) => {
      if (!(error instanceof ToolError)) throw error;
      say(`${pod} could not be read: ${error.found}`);
      return null;
    });
    if (read !== null) hands.record({ kind: "notes-read", ...read });
  }
}

/** One that is merely behind has lost nothing; one that does not catch up is read as it is. */
async function caughtUp({ clock, signal, members }: DatabaseHands, say: Say): Promise<void> {
  // What they last told may be from before the last note.
  await clock.sleep(limits.betweenMs, signal);
  await until(clock, signal, {
    what: "all members to have executed the same",
    look: () => sameExecuted(members) || null,
    seen: () => "they have not",
    limitMs: limits.caughtUpMs,
    everyMs: 100,
  }).catch((error) => {
    if (!(error instanceof ToolError)) throw error;
    say("the members have not executed the same; they are read as they are");
  });
}

function sameExecuted(members: Members): boolean {
  const sets = databaseNames.members.map((pod) => members.get(pod)?.executed);
  return sets.every((set) => set !== undefined && set === sets[0]);
}

/** Asked again where it does not answer: on a busy machine a connection may come too late. */
function readMember(
  pod: string,
  writer: Writer,
  { clock, signal }: DatabaseHands,
): Promise<NotesRead> {
  let why = "";
  return until(clock, signal, {
    what: `the notes of ${pod} to be read`,
    look: () =>
      writer.read(pod).catch((error) => {
        why = error instanceof ToolError ? error.found : String(error);
        return null;
      }),
    seen: () => why,
    limitMs: limits.readMs,
    everyMs: 500,
  });
}
