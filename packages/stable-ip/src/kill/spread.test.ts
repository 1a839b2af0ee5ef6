import assert from "node:assert/strict";
import { it } from "node:test";
import { type KubeObject, kinds, refOf } from "@svclab/cluster";
import { type Event, pathId } from "@svclab/contracts";
import type { PodTemplate } from "../observe/checker-pod.ts";
import type { Lab } from "../observe/lab.ts";
import { SmallWorkload } from "./small-workload.ts";
import { connectionsFromEach, limitSecondsFor, spread } from "./spread.ts";

const template: PodTemplate = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "load", namespace: "svclab-checker" },
  spec: { containers: [{ name: "k6" }] },
};
const lab = {
  workers: ["worker0", "worker1"],
  clusterIP: "10.96.0.9",
  servicePort: 80,
} as unknown as Lab;

it("sends just enough to find the smallest skew that must be found, and each node its part", () => {
  assert.equal(connectionsFromEach(3, 2), 5_320);
});

it("is waited for as long as more Pods need it", () => {
  assert.equal(limitSecondsFor(5_320), 167);
  const times = limitSecondsFor(connectionsFromEach(12, 2)) / limitSecondsFor(5_320);
  assert.ok(times > 5, `${times}`);
});

it("sends from every worker, writes what the load tells, and leaves nothing", async () => {
  const workload = await SmallWorkload.started();
  const { cluster } = workload;
  const ended = {
    phase: "Succeeded",
    containerStatuses: [{ name: "k6", ready: false, state: { terminated: { exitCode: 0 } } }],
  };
  cluster.onChange((change, object: KubeObject) => {
    if (change !== "ADDED" || object.metadata.namespace !== "svclab-checker") return;
    if (object.kind === "Pod") void cluster.patch(refOf(object), "merge", { status: ended });
  });
  cluster.pods = {
    answer: () => ({ status: 404, body: "" }),
    log: async ({ name }, _, onLine) => {
      const node = name.slice("load-".length);
      const path = pathId("spread", "new", node);
      const from = `k6@${node}`;
      onLine("1", "Request Failed");
      onLine(
        "2",
        JSON.stringify({ atMs: 1, from, kind: "load-ended", path, node, scheduled: 1, dropped: 0 }),
      );
    },
  };
  const events: Event[] = [];
  const said: string[] = [];
  const write = (event: Event) => events.push(event);
  await spread(workload.hands(), {
    lab,
    template,
    script: "",
    write,
    say: (line) => said.push(line),
  });
  assert.deepEqual(events.map((event) => "node" in event && event.node).toSorted(), lab.workers);
  assert.deepEqual(said.toSorted(), ["k6@worker0: Request Failed", "k6@worker1: Request Failed"]);
  const env = (
    (await cluster.get(kinds.pod, {
      namespace: "svclab-checker",
      name: "load-worker0",
    })) as unknown as { spec: { containers: { env: { name: string; value: string }[] }[] } }
  ).spec.containers[0]?.env;
  const { TARGET, CONNECTIONS } = Object.fromEntries(
    (env ?? []).map(({ name, value }) => [name, value]),
  );
  assert.equal(TARGET, "http://10.96.0.9:80/echo");
  assert.equal(CONNECTIONS, "5320");
  assert.deepEqual(await workload.removals.runAll(), []);
  assert.deepEqual((await cluster.list(kinds.pod, { namespace: "svclab-checker" })).items, []);
  assert.deepEqual((await cluster.list(kinds.configMap, {})).items, []);
});
