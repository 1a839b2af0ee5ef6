import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import type { TestContext } from "node:test";
import { pino } from "pino";
import { readConfig } from "./config.ts";
import type { Routes } from "./main-app.ts";
import { type Service, startService } from "./start-service.ts";

export { readConfig };

export const downward = {
  POD_UID: "uid-1",
  POD_NAME: "pod-1",
  POD_IP: "10.0.0.1",
  NODE_NAME: "n1",
};
export const anyPort = { HTTP_PORT: "0", METRICS_PORT: "0", ADMIN_PORT: "0", LOG_LEVEL: "silent" };
export const faultToken = "a-token-of-sixteen-or-more";

/** For tests: a real service on free loopback ports, gone when the test ends. */
export async function startTestService(
  t: TestContext,
  routes: Routes = () => {},
  env: Record<string, string> = {},
): Promise<Service & { readonly crashes: number[] }> {
  const crashes: number[] = [];
  const service = await startService({
    app: "test",
    version: "1.2.3",
    config: readConfig({ ...downward, ...anyPort, ...env }),
    logger: pino({ level: "silent" }),
    routes,
    exit: (code) => crashes.push(code),
  });
  t.after(() => service.stop({ stragglersMs: 0, idleMs: 0, deadlineMs: 0 }));
  return { ...service, crashes };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly localPort: number;
}

/** One request; rejects when there is no whole answer. A new connection unless told otherwise. */
export function ask(
  port: number | null,
  path: string,
  { body, ...options }: RequestOptions & { body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, agent: false, ...options });
    request.once("error", reject);
    request.once("response", (response) => {
      const localPort = request.socket?.localPort ?? 0;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, localPort }),
      );
    });
    request.end(body);
  });
}
