import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Asked, exitCode, type ProberPlan, servedBy, WhoAmI } from "@svclab/contracts";
import {
  type App,
  type EngineApi,
  type Lab,
  labAppImages,
  openLab,
  removeByLabel,
  startEngineApi,
} from "@svclab/kind";
import { type StartedTestContainer, Wait } from "testcontainers";
import {
  addressOf,
  answered,
  assertConfined,
  downward,
  eventsOf,
  exitCodeOf,
  ServerContainer,
  sendSigterm,
  urlOf,
} from "./server-container.ts";

const label = "svclab.test=app-images";
const token = "a-token-of-sixteen-or-more";
const withFaults = { FAULTS: "on", FAULT_TOKEN: token };
/** terminationGracePeriodSeconds less the preStop sleep, as in k8s/base. */
const graceMs = 25_000;

let lab: Lab;
let images: Readonly<Record<App, string>>;
let engineApi: EngineApi | undefined;
let work: string;

before(async () => {
  work = await mkdtemp(join(tmpdir(), "svclab-apps-"));
  lab = await openLab(() => undefined);
  await removeByLabel(lab.engine, label);
  images = await labAppImages(lab);
  engineApi = await startEngineApi(lab.engine, { socket: join(work, "engine.sock") });
  Object.assign(process.env, engineApi.env);
});

after(async () => {
  try {
    await removeByLabel(lab.engine, label);
  } finally {
    await engineApi?.stop();
    await rm(work, { recursive: true, force: true });
  }
});

for (const app of ["api", "web"] as const) {
  test(`${app} runs without root and its rights, on a file system it cannot write to`, async (t) => {
    const server = await serve(t, app);
    await assertConfined(server);
  });

  test(`${app} answers its probes, shows metrics and says who it is`, async (t) => {
    const server = await serve(t, app);
    for (const probe of ["/startupz", "/readyz", "/livez"])
      assert.equal((await fetch(urlOf(server, "admin", probe))).status, 200, probe);
    const metrics = await fetch(urlOf(server, "metrics", "/metrics"));
    assert.match(await metrics.text(), /^http_/m);
    const answer = await fetch(urlOf(server, "main", "/whoami"));
    const whoami = WhoAmI.parse(await answer.json());
    assert.equal(whoami.app, app);
    assert.equal(whoami.podIp, downward.POD_IP);
    assert.equal(answer.headers.get(servedBy.podUid), downward.POD_UID);
    assert.equal(answer.headers.get(servedBy.podName), downward.POD_NAME);
    assert.equal(answer.headers.get(servedBy.node), downward.NODE_NAME);
  });

  test(`${app} answers what came before SIGTERM and just after it, and ends with 0`, async (t) => {
    const server = await serve(t, app, withFaults);
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const url = urlOf(server, "main", "/whoami");
    assert.equal((await answered(url, { agent })).headers.connection, "keep-alive");
    await switchFault(server, "PUT", "/delay", { ms: 1_500 });
    const inFlight = answered(url, { agent });
    await sleep(300);
    await sendSigterm(lab.engine, server);
    const late = answered(url, { agent: new Agent({ keepAlive: true }) });
    assert.equal((await fetch(urlOf(server, "admin", "/readyz"))).status, 200);
    for (const { statusCode, headers } of await Promise.all([inFlight, late])) {
      assert.equal(statusCode, 200);
      assert.equal(headers.connection, "close");
    }
    assert.equal(await exitCodeOf(lab.engine, server, graceMs), exitCode.holds);
  });

  test(`${app} has no fault switches unless they are asked for`, async (t) => {
    const server = await serve(t, app);
    for (const method of ["GET", "PUT", "DELETE"] as const)
      assert.equal((await switchFault(server, method, "")).status, 404, method);
  });
}

test("the api's fault switches need the token, and do what they say", async (t) => {
  const api = await serve(t, "api", withFaults);
  const readyz = async () => (await fetch(urlOf(api, "admin", "/readyz"))).status;
  const whoami = async () => (await fetch(urlOf(api, "main", "/whoami"))).status;
  assert.equal((await fetch(urlOf(api, "admin", "/faults"))).status, 401);
  await switchFault(api, "PUT", "/readiness", { ready: false });
  await switchFault(api, "PUT", "/status", { code: 500 });
  assert.deepEqual([await readyz(), await whoami()], [503, 500]);
  await switchFault(api, "DELETE", "");
  assert.deepEqual([await readyz(), await whoami()], [200, 200]);
  await switchFault(api, "PUT", "/crash", { exitCode: 7 }).catch(() => undefined);
  assert.equal(await exitCodeOf(lab.engine, api, 5_000), 7);
});

test("the web serves its page, and nothing on it comes from elsewhere", async (t) => {
  const web = await serve(t, "web");
  const page = await fetch(urlOf(web, "main", "/"));
  assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'/);
  const assets = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)];
  assert.ok(assets.length > 0);
  for (const [, path = ""] of assets)
    assert.equal((await fetch(urlOf(web, "main", `/${path}`))).status, 200, path);
});

test("the web says plainly that there is no api", async (t) => {
  const web = await serve(t, "web", { API_URL: "http://127.0.0.1:9" });
  const { api, error } = Asked.parse(await (await fetch(urlOf(web, "main", "/ask"))).json());
  assert.equal(api, null);
  assert.equal(error, "The connection was refused: no Pod behind the Service is ready.");
});

test("the web names the api that answered it", async (t) => {
  const api = await serve(t, "api", { POD_NAME: "another-name" });
  const web = await serve(t, "web", { API_URL: `http://${addressOf(api)}:8080` });
  const asked = Asked.parse(await (await fetch(urlOf(web, "main", "/ask"))).json());
  assert.equal(asked.web.podName, downward.POD_NAME);
  assert.equal(asked.api?.podName, "another-name");
});

const refused: [string, App, Record<string, string>, RegExp][] = [
  ["the api without the downward API", "api", {}, /POD_UID/],
  ["the web without the downward API", "web", {}, /POD_UID/],
  ["faults without a token", "api", { ...downward, FAULTS: "on" }, /FAULT_TOKEN/],
  ["a web whose API_URL is none", "web", { ...downward, API_URL: "api" }, /API_URL/],
];
for (const [what, app, environment, says] of refused)
  test(`${what} ends with ${exitCode.environment} and the reason`, async () => {
    const container = new ServerContainer(images[app], label, environment);
    const ended = await container.withWaitStrategy(Wait.forLogMessage(says)).start();
    assert.equal(await exitCodeOf(lab.engine, ended, 5_000), exitCode.environment);
  });

test("the prober without a plan ends with the exit code of wrong usage and the reason", async () => {
  const container = new ServerContainer(images.prober, label, { PROBER_PLAN: "{}" });
  const ended = await container.withWaitStrategy(Wait.forLogMessage(/prober-plan-bad/)).start();
  assert.equal(await exitCodeOf(lab.engine, ended, 5_000), exitCode.usage);
});

for (const how of ["POST /stop", "SIGTERM"] as const)
  test(`the prober writes what its targets answered until ${how}, and ends with 0`, async (t) => {
    const api = await serve(t, "api");
    const plan = planFor(addressOf(api));
    const prober = await new ServerContainer(images.prober, label, {}).probing(plan).start();
    const control = `http://${prober.getHost()}:${prober.getMappedPort(8090)}`;
    assert.equal((await fetch(`${control}/clock`)).status, 200);
    await assertConfined(prober);
    await sleep(500);
    if (how === "SIGTERM") await sendSigterm(lab.engine, prober);
    else assert.equal((await fetch(`${control}/stop`, { method: "POST" })).status, 202);
    assert.equal(await exitCodeOf(lab.engine, prober, 5_000), exitCode.holds);
    const events = await eventsOf(lab.engine, prober);
    const answers = events.filter((event) => event.kind === "answered");
    assert.ok(answers.length >= 5, `${answers.length} answers`);
    assert.ok(answers.every((one) => one.podUid === downward.POD_UID && one.status === 200));
    const none = events.filter((event) => event.kind === "unanswered");
    assert.ok(none.length >= 5, `${none.length} unanswered`);
    assert.ok(none.every((one) => one.path === "closed" && one.why === "refused"));
  });

/** Ready, and gone when the test ends; whatever a crash leaves, its label removes. */
async function serve(
  t: TestContext,
  app: "api" | "web",
  environment: Record<string, string> = {},
): Promise<StartedTestContainer> {
  const container = new ServerContainer(images[app], label, { ...downward, ...environment });
  const started = await container.serving().start();
  t.after(() => started.stop({ timeout: 0 }));
  return started;
}

/** The api's main port, and one on which nothing listens. */
function planFor(target: string): ProberPlan {
  const shared = {
    kind: "http" as const,
    connection: "new" as const,
    targets: [target],
    url: "/whoami",
    perSecond: 20,
    timeoutMs: 2_000,
  };
  return {
    recorder: "prober@container",
    control: { host: "0.0.0.0", port: 8090 },
    blindOverMs: 60_000,
    probes: [
      { ...shared, path: "open", port: 8080 },
      { ...shared, path: "closed", port: 9 },
    ],
  };
}

async function switchFault(
  server: StartedTestContainer,
  method: "GET" | "PUT" | "DELETE",
  name: string,
  body?: object,
): Promise<Response> {
  return fetch(urlOf(server, "admin", `/faults${name}`), {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
