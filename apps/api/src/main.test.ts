import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { anyPort, ask, downward } from "@svclab/service-kit/testing";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const env = { ...anyPort, ...downward, LOG_LEVEL: "info" };

function start(t: TestContext, environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [main], { env: environment });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

test("the process listens, drains on SIGTERM and ends with 0", async (t) => {
  const api = start(t, env);
  const ended = once(api, "exit");
  let log = "";
  const port = await new Promise<number>((resolve) => {
    api.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      log += chunk;
      const listening = /"port":(\d+)/.exec(log);
      if (listening) resolve(Number(listening[1]));
    });
  });
  assert.equal((await ask(port, "/whoami")).status, 200);
  api.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 500));
  const late = await ask(port, "/whoami");
  assert.equal(late.status, 200, "the listener is open for stragglers");
  assert.equal(late.headers.connection, "close");
  assert.deepEqual(await ended, [0, null]);
  assert.match(log, /"msg":"drained"/);
});

test("an environment without the downward API ends with 3, and says what is missing", async (t) => {
  const api = start(t, anyPort);
  let complaint = "";
  api.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    complaint += chunk;
  });
  assert.deepEqual(await once(api, "close"), [3, null]);
  assert.match(complaint, /^bad-environment/);
  assert.match(complaint, /POD_UID/);
});
