import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { after, before, test } from "node:test";
import { kinds, type Pod } from "@svclab/cluster";
import { appNamespace, command, mayStartPodPrograms, podProgram } from "@svclab/kind";
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
