import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** For tests: a server on a free loopback port that answers as it is told, gone when the test ends. */
export async function startStranger(t: TestContext, answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  t.after(() => server.close().closeAllConnections());
  await new Promise((resolve) => server.once("listening", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
