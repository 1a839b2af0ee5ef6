import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Event, MemberProbe } from "@svclab/contracts";
import { startProber } from "../prober.ts";
import { readMember } from "./read-member.ts";

process.env["NOTES_CA_FILE"] = "/dev/null";
const probe: MemberProbe = {
  ...{ kind: "member", path: "m@here", host: "localhost", port: 9, perSecond: 20, timeoutMs: 300 },
};
const control = { host: "127.0.0.1", port: 0 };

test("a member that cannot be reached is told with the reason, and no server", async () => {
  const event = await readMember("here", probe, "127.0.0.1");
  assert.ok(event.kind === "member-read");
  const { serverUuid, newest, host, path } = event;
  assert.deepEqual([serverUuid, newest, host, path], [null, null, "127.0.0.1", "m@here"]);
  assert.match(event.why ?? "", /ECONNREFUSED/);
});

test("one that takes the connection and says nothing is given up at the limit", async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on("error", () => {})));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const event = await readMember("here", { ...probe, port: address.port }, "127.0.0.1");
  assert.ok(event.kind === "member-read");
  assert.equal(event.why, "no answer in time");
  assert.ok(event.tookMs >= 290 && event.tookMs < 1_000, `${event.tookMs} ms`);
});

test("a name that is changed is asked from then on", async () => {
  const events: Event[] = [];
  const plan = { recorder: "here", control, blindOverMs: 200, probes: [probe] };
  const prober = startProber(plan, (event) => void events.push(event));
  await sleep(200);
  assert.equal(prober.setTargets({ path: "m@here", targets: ["127.0.0.1"] }), true);
  const until = events.length;
  await sleep(300);
  await prober.stop();
  const hosts = events.flatMap((event) => (event.kind === "member-read" ? [event.host] : []));
  assert.ok(hosts.slice(0, until).every((host) => host === "localhost") && until > 0);
  assert.equal(hosts.at(-1), "127.0.0.1");
});
