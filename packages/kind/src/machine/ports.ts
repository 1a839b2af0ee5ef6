import { createServer } from "node:net";
import { ToolError } from "@svclab/contracts";

/** Whether this host can listen on it, on all addresses. */
export async function portIsFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once("error", () => done(false));
    server.listen(port, () => server.close(() => done(true)));
  });
}

/** Throws ToolError port-taken for the first of them that is not free. */
export async function requirePorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (await portIsFree(port)) continue;
    throw new ToolError({
      code: "port-taken",
      expected: `port ${port} of this host to be free`,
      found: "something listens on it",
      todo: `end it (ss -ltnp 'sport = :${port}' names it, as root), or choose another port`,
    });
  }
}
