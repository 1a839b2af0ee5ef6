import { randomUUID } from "node:crypto";
import { after, before } from "node:test";
import { portContract } from "@svclab/cluster/testing";
import { openTestCluster, type TestCluster } from "./test-cluster.ts";

const name = `contract-${randomUUID().slice(0, 8)}`;
const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
let there: TestCluster;

before(async () => {
  there = await openTestCluster();
  await there.cluster.create(namespace);
});

after(async () => {
  try {
    await there?.cluster.remove({ apiVersion: "v1", kind: "Namespace", name });
  } finally {
    there?.close();
  }
});

portContract("the real adapter", async () => ({ cluster: there.cluster, namespace: name }));
