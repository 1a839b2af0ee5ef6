import { join } from "node:path";
import { stateDir } from "@svclab/kind";

/**
 * State that no other cluster shares, the same on each run: what a killed run left behind is found
 * and removed by the next. Set for this process and all that it starts.
 */
export const ownState: string = join(stateDir(), "own");
process.env["SVCLAB_STATE"] = ownState;
