// Runs cloud-provider-kind until the cluster's folder or this process goes; starts it again when
// it ends by itself. Arguments: the folder, the program, its arguments.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { writePid } from "../pid-file.ts";
import { sealedGroup } from "./host-network.ts";

const [folder, program, ...args] = process.argv.slice(2);
if (folder === undefined || program === undefined)
  throw new Error("usage: supervise FOLDER PROGRAM [ARGUMENT ...]");

const sealed = process.env["SVCLAB_SEALED"] === "1";
const longestPauseMs = 30_000;
let child: ChildProcess | undefined;
let pauseMs = 500;
let ending = false;

function begin(): void {
  if (ending) process.exit(0);
  const beganMs = performance.now();
  child = spawn(program as string, args, {
    stdio: "inherit",
    ...(sealed && process.getuid?.() === 0 ? { gid: sealedGroup } : {}),
  });
  if (child.pid !== undefined) void writePid(join(folder as string, "controller.pid"), child.pid);
  child.on("error", (error) => console.error(`cannot start ${program}: ${error.message}`));
  child.on("close", (code, signal) => {
    if (ending) process.exit(0);
    pauseMs = performance.now() - beganMs > 60_000 ? 500 : Math.min(pauseMs * 2, longestPauseMs);
    console.error(`ended (${code ?? signal}); again in ${pauseMs} ms`);
    setTimeout(begin, pauseMs);
  });
}

function end(): void {
  ending = true;
  // Asked nicely it would wait ten seconds for each proxy; whoever ends this removes them.
  if (child?.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  else process.exit(0);
}

// With each change of a Service or its Pods the controller runs many of the engine's commands.
// They come last, or they would take the time of the very Pods that just change, and of recorders.
setPriority(constants.priority.PRIORITY_LOW);
await writePid(join(folder, "supervisor.pid"), process.pid);
process.on("SIGTERM", end);
process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});
setInterval(() => {
  if (!existsSync(folder)) end();
}, 2_000);
begin();
