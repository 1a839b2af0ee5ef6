import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "./api-error.ts";
import { kinds } from "./kinds.ts";
import { type KubeObject, refOf } from "./object.ts";
import type { Cluster } from "./port.ts";

/** A cluster, and a namespace in it that is ours alone. */
export interface Ground {
  readonly cluster: Cluster;
  readonly namespace: string;
}

/** What whoever uses the port relies on; the fake and the real adapter both pass it. */
export function portContract(name: string, prepare: (t: TestContext) => Promise<Ground>): void {
  describe(`the cluster port, by ${name}`, () => {
    it("finds nothing where nothing is", async (t) => {
      const { cluster, namespace } = await prepare(t);
      assert.equal(await cluster.get(kinds.configMap, { namespace, name: "nothing" }), null);
      assert.equal(await cluster.remove(refOf(note(namespace, "nothing"))), false);
    });

    it("creates by apply, and changes the same object by the next", async (t) => {
      const { cluster, namespace } = await prepare(t);
      const first = await cluster.apply(note(namespace, "applied", "one"));
      const second = await cluster.apply(note(namespace, "applied", "two"));
      assert.equal(second.metadata.uid, first.metadata.uid);
      assert.equal(
        textIn(await cluster.get(kinds.configMap, { namespace, name: "applied" })),
        "two",
      );
    });

    it("refuses to create what is there", async (t) => {
      const { cluster, namespace } = await prepare(t);
      await cluster.create(note(namespace, "made"));
      await assert.rejects(cluster.create(note(namespace, "made")), withStatus(409));
    });

    it("tries to create, and keeps nothing", async (t) => {
      const { cluster, namespace } = await prepare(t);
      await cluster.tryCreate(note(namespace, "tried"));
      assert.equal(await cluster.get(kinds.configMap, { namespace, name: "tried" }), null);
      await cluster.create(note(namespace, "tried"));
      await assert.rejects(cluster.tryCreate(note(namespace, "tried")), withStatus(409));
    });

    it("replaces what has not changed, and refuses where it has", async (t) => {
      const { cluster, namespace } = await prepare(t);
      const old = await cluster.create(note(namespace, "replaced", "one"));
      await cluster.replace({ ...note(namespace, "replaced", "two"), metadata: old.metadata });
      await assert.rejects(cluster.replace(old), withStatus(409));
    });

    it("patches a part and leaves the rest", async (t) => {
      const { cluster, namespace } = await prepare(t);
      const made = await cluster.create(note(namespace, "patched", "one"));
      const patched = await cluster.patch(refOf(made), "merge", { data: { more: "yes" } });
      assert.equal(textIn(patched), "one");
    });

    it("patches the version that was read, and refuses where it has changed", async (t) => {
      const { cluster, namespace } = await prepare(t);
      const old = await cluster.create(note(namespace, "guarded", "one"));
      const { resourceVersion } = old.metadata;
      const patch = (text: string) => ({ metadata: { resourceVersion }, data: { text } });
      await cluster.patch(refOf(old), "merge", patch("two"));
      await assert.rejects(cluster.patch(refOf(old), "merge", patch("three")), withStatus(409));
      const found = await cluster.get(kinds.configMap, { namespace, name: "guarded" });
      assert.equal(textIn(found), "two");
    });

    it("lists what has the label, and only that", async (t) => {
      const { cluster, namespace } = await prepare(t);
      await cluster.create(note(namespace, "with", "", { colour: "red" }));
      await cluster.create(note(namespace, "without"));
      const { items } = await cluster.list(kinds.configMap, { namespace, labels: "colour=red" });
      assert.deepEqual(
        items.map((one) => [one.kind, one.metadata.name]),
        [["ConfigMap", "with"]],
      );
    });

    it("removes this object, and refuses another of its name", async (t) => {
      const { cluster, namespace } = await prepare(t);
      const made = await cluster.create(note(namespace, "removed"));
      const uid = "00000000-0000-0000-0000-000000000000";
      await assert.rejects(cluster.remove(refOf(made), { uid }), withStatus(409));
      assert.ok(made.metadata.uid);
      assert.equal(await cluster.remove(refOf(made), { uid: made.metadata.uid }), true);
      assert.equal(await cluster.get(kinds.configMap, { namespace, name: "removed" }), null);
    });

    it("watches from a list on without a gap, in order", async (t) => {
      const { cluster, namespace } = await prepare(t);
      const where = { namespace, labels: "colour=blue" };
      const { resourceVersion: from } = await cluster.list(kinds.configMap, where);
      const blue = { colour: "blue" };
      const made = await cluster.create(note(namespace, "watched", "one", blue));
      const seen: string[] = [];
      const stop = new AbortController();
      const sink = {
        opened: () => seen.push("opened"),
        changed: (change: string, object: KubeObject) => seen.push(`${change} ${textIn(object)}`),
        reached: () => {},
      };
      const watched = cluster.watch(kinds.configMap, { ...where, from }, sink, stop.signal);
      const ended = assert.rejects(watched, (error) => error === stop.signal.reason);
      await cluster.patch(refOf(made), "merge", { data: { text: "two" } });
      await cluster.remove(refOf(made));
      for (let wait = 0; wait < 200 && seen.length < 4; wait++) await sleep(25);
      stop.abort(new Error("seen enough"));
      await ended;
      assert.deepEqual(seen, ["opened", "ADDED one", "MODIFIED two", "DELETED two"]);
    });

    it("scales a Deployment", async (t) => {
      const { cluster, namespace } = await prepare(t);
      const made = await cluster.create(idleDeployment(namespace));
      await cluster.scale(refOf(made), 1);
      const seen = await cluster.get(kinds.deployment, { namespace, name: "idle" });
      assert.equal(seen?.spec.replicas, 1);
    });

    it("throws the signal's reason when aborted", async (t) => {
      const { cluster, namespace } = await prepare(t);
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      const asked = cluster.get(kinds.configMap, { namespace, name: "any" }, signal);
      await assert.rejects(asked, (error) => error === reason);
    });
  });
}

function note(
  namespace: string,
  name: string,
  text = "",
  labels: Readonly<Record<string, string>> = {},
): KubeObject & { readonly data: { readonly text: string } } {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace, name, labels },
    data: { text },
  };
}

/** Its Pods fit no node, so no image is needed. */
function idleDeployment(namespace: string): KubeObject & { readonly spec: object } {
  const labels = { app: "idle" };
  const containers = [{ name: "idle", image: "idle.invalid/idle:0" }];
  const nodeSelector = { "svclab.invalid/none": "true" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name: "idle" },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { nodeSelector, containers } },
    },
  };
}

function textIn(object: KubeObject | null): string | undefined {
  return (object as { data?: { text?: string } } | null)?.data?.text;
}

function withStatus(status: number): (error: unknown) => boolean {
  return (error) => error instanceof ApiError && error.status === status;
}
