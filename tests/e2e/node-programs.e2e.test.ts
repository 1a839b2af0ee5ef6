import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { after, before, test } from "node:test";
import { kinds, type Pod } from "@svclab/cluster";
import {
  appNamespace,
  command,
  followOnNode,
  mayStartPodPrograms,
  onNode,
  podProgram,
} from "@svclab/kind";
import { eventually } from "./lab/eventually.ts";
import { openTestCluster, type TestCluster } from "./test-cluster.ts";

let there: TestCluster;
let pod: Pod;

before(async () => {
  there = await openTestCluster();
  const { items } = await there.cluster.list(kinds.pod, { namespace: appNamespace });
  const found = items.find(({ metadata }) => metadata.name.startsWith("api-"));
  assert.ok(found, "the application is not installed");
  pod = found;
});

after(() => there?.close());

const addressesOf = (interfaces: ReturnType<typeof networkInterfaces>) =>
  Object.values(interfaces).flatMap((each) => each?.map(({ address }) => address) ?? []);
const uid = () => pod.metadata.uid ?? "";
const node = () => pod.spec?.nodeName ?? "";

test("a program of this machine runs in the network and the files of a Pod, as its user", async (t) => {
  if (!mayStartPodPrograms(there.lab.engine)) {
    t.skip("this machine may not enter a Pod");
    return;
  }
  const started = await podProgram(there.lab.engine, node(), uid());
  assert.ok(started);
  assert.deepEqual([started.program[0], started.program.at(-1)], ["node", "/app/main.mjs"]);
  const { KUBERNETES_SERVICE_PORT } = started.env;
  assert.equal(KUBERNETES_SERVICE_PORT, "443");
  const [program = "", ...args] = started.enter;
  const tell = `console.log(JSON.stringify({
    interfaces: os.networkInterfaces(),
    name: fs.readFileSync("/etc/hostname", "utf8").trim(),
    user: process.getuid(),
  }))`;
  const told = await command(program, [...args, "node", "--eval", tell], { env: started.env });
  const { interfaces, name, user } = JSON.parse(told);
  const podIp = pod.status?.podIP ?? "no IP";
  assert.ok(addressesOf(interfaces).includes(podIp), told);
  assert.ok(!addressesOf(networkInterfaces()).includes(podIp));
  assert.equal(name, pod.metadata.name);
  assert.notEqual(user, 0);
});

test("it may not where the nodes are not on this machine", () => {
  const { engine } = there.lab;
  assert.equal(mayStartPodPrograms({ ...engine, addressesReachable: false }), false);
});

test("a Pod that is not there is told of", async () => {
  if (!mayStartPodPrograms(there.lab.engine)) return;
  const gone = podProgram(there.lab.engine, node(), "not-there");
  await assert.rejects(gone, { code: "pod-not-running" });
});

/** A time that nothing else waits for, by which the program is found on the node. */
const forLong = "86397";
const onTheNode = () =>
  onNode(there.lab.engine, node(), ["sh", "-c", `pgrep -fc "^sleep ${forLong}" || true`]);

test("a program that is followed on a node is heard line by line, and ends with the signal", async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const argv = ["sh", "-c", `echo one; echo two; exec sleep ${forLong}`];
  const hear = (line: string) => void lines.push(line);
  const ended = followOnNode(there.lab.engine, node(), argv, hear, stop.signal);
  await eventually(5_000, async () => {
    assert.deepEqual(lines, ["one", "two"]);
    assert.equal((await onTheNode()).trim(), "1");
  });
  stop.abort();
  assert.equal(await ended, null);
  await eventually(2_000, async () => assert.equal((await onTheNode()).trim(), "0"));
});

test("how a followed program ended by itself is told", async () => {
  const argv = ["sh", "-c", "echo no >&2; exit 3"];
  const { signal } = new AbortController();
  const told = await followOnNode(there.lab.engine, node(), argv, () => {}, signal);
  assert.match(told ?? "", /no \(exit code 3\)$/);
});
