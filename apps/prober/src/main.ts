import { createWriteStream } from "node:fs";
import { ToolError } from "@svclab/contracts";
import { serveControl } from "./control.ts";
import { EventWriter } from "./event-writer.ts";
import { startProber } from "./prober.ts";
import { readPlan } from "./read-plan.ts";

const { plan, ended } = await readPlan(process.env, process.stdin).catch(refuse);
// Not process.stdout, which waits for a pipe's reader: a prober that stands still is blind.
const out = createWriteStream("", { fd: 1, autoClose: false });
const writer = new EventWriter((text) => void out.write(text));
const prober = startProber(plan, writer.add);

let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  await prober.stop();
  writer.flush();
  out.end(() => process.exit(0));
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// The reader is gone: there is nobody left to tell.
out.on("error", () => process.exit(1));
ended.then(stop);

const listening = await serveControl(plan.control, prober, stop);
process.stderr.write(`${JSON.stringify({ listening })}\n`);

function refuse(error: unknown): never {
  if (!(error instanceof ToolError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exit);
}
