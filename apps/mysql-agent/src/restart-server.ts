import { constants } from "node:fs";
import { open } from "node:fs/promises";

const pipe = "/run/agent/restart";

/**
 * Has the container beside this one kill its server and start it again (`serve` in
 * k8s/base/mysql/config-map-server.yaml). Throws where nobody reads the pipe.
 */
export async function restartServer(): Promise<void> {
  const handle = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    await handle.write("the group that it tries to join is gone\n");
  } finally {
    await handle.close();
  }
}
