import { join } from "node:path";
import { stateDir } from "@svclab/kind";

/**
 * Gives this process, and all that it starts, state that no other cluster shares. It is the same
 * on each run: what a killed run left behind is found and removed by the next.
 */
export function useOwnState(): string {
  const own = join(stateDir(), "own");
  process.env["SVCLAB_STATE"] = own;
  return own;
}
