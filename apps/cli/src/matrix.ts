import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type KillMode, MatrixRound, ToolError } from "@svclab/contracts";
import { holdCluster, type Lab } from "@svclab/kind";
import { parseHistory, roundsOf, runBlock, withMatrix } from "@svclab/stable-ip";
import { addJsonLine, readJsonLines } from "./json-lines.ts";
import { commitOf, newRun, observer, type ProofOptions } from "./proof.ts";

export interface MatrixWishes extends Pick<ProofOptions, "name" | "images"> {
  readonly kills: readonly KillMode[];
  /** Of each kill, those in the file counted. */
  readonly rounds: number;
  /** No block begins after so long, ms. */
  readonly beginMs: number;
  readonly file: string;
}

/** Rounds of one kill that are made in one go: what is prepared for them is prepared once. */
const blockRounds = 5;

/** @throws ToolError line-bad */
export const readRounds = (file: string): Promise<MatrixRound[]> =>
  readJsonLines(file, MatrixRound, "a round as ./svclab matrix wrote it");

/** The kill with the fewest rounds, and how many of them come next; null where all have enough. */
export function nextBlock(
  done: readonly MatrixRound[],
  kills: readonly KillMode[],
  goal: number,
): { readonly kill: KillMode; readonly rounds: number } | null {
  const count = (kill: KillMode) => done.filter((round) => round.kill === kill).length;
  const [kill] = kills.toSorted((a, b) => count(a) - count(b));
  if (kill === undefined || count(kill) >= goal) return null;
  return { kill, rounds: Math.min(blockRounds, goal - count(kill)) };
}

/**
 * Makes block after block, and adds each round to the file, until there are enough or the time is
 * over. Resolves to all rounds there are then; a kill of which a block gives no round is left to the
 * next call.
 * @throws ToolError nodes-too-few; wait-ran-out where a kill was left.
 */
export function measureMatrix(lab: Lab, wishes: MatrixWishes): Promise<MatrixRound[]> {
  return holdCluster(wishes.name, async () => {
    const watching = await observer(lab, wishes);
    const commit = await commitOf(lab.checkout);
    const all = await readRounds(wishes.file);
    const add = async (rounds: readonly MatrixRound[]) => {
      for (const round of rounds) await addJsonLine(wishes.file, round);
      all.push(...rounds);
    };
    const endMs = performance.now() + wishes.beginMs;
    let left: ToolError | null = null;
    let kills = wishes.kills;
    await withMatrix(watching, async (matrixLab) => {
      for (
        let next = nextBlock(all, kills, wishes.rounds);
        next !== null && performance.now() < endMs;
        next = nextBlock(all, kills, wishes.rounds)
      ) {
        const { kill } = next;
        const runDir = await newRun(lab.checkout);
        let made: readonly MatrixRound[] = [];
        try {
          const block = { ...watching, ...next, commit, lab: matrixLab, runDir };
          const { history, stopped } = await runBlock(block);
          made = roundsOf(history);
          if (stopped !== null) lab.write(`stopped: ${stopped.message}`);
          if (made.length > 0) continue;
          kills = kills.filter((one) => one !== kill);
          left ??= stopped;
        } catch (error) {
          // What was seen before is in the file, whatever ended it.
          made = await roundsIn(runDir);
          throw error;
        } finally {
          await add(made);
        }
      }
    });
    if (left !== null) throw left;
    return all;
  });
}

/** None where the history cannot be read. */
async function roundsIn(runDir: string): Promise<readonly MatrixRound[]> {
  const path = join(runDir, "history.jsonl");
  return readFile(path, "utf8")
    .then((text) => roundsOf(parseHistory(text, path)))
    .catch(() => []);
}

/** Every way in is asked. @throws ToolError nodes-unreachable */
export function requireReachable({ engine }: Lab): void {
  if (engine.addressesReachable) return;
  throw new ToolError({
    code: "nodes-unreachable",
    expected: "nodes and load balancers that are reached from here, as every way in is asked",
    found: "an engine in a virtual machine, where only published ports lead in",
    todo: "run it on Linux, or within that machine",
  });
}
