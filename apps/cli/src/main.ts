import { exitCode, ToolError } from "@svclab/contracts";
import { CommanderError } from "commander";
import { versions } from "./commands/versions.ts";
import { program } from "./program.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));

try {
  await program(interrupted.signal, await versions()).parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}

/** The one place where an error becomes words and an exit code. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode.usage;
  if (interrupted.signal.aborted) {
    console.error("interrupted; ./svclab up or ./svclab down puts things right");
    return exitCode.unknown;
  }
  if (error instanceof ToolError) {
    console.error(error.message);
    return error.exit;
  }
  console.error(error);
  return exitCode.environment;
}
