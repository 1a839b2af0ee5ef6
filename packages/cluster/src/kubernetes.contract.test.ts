import { randomUUID } from "node:crypto";
import { it } from "node:test";
import { connect } from "./connect.ts";
import { portContract } from "./port-contract.ts";

const {
  SVCLAB_TEST_KUBECONFIG: kubeconfig,
  SVCLAB_TEST_CONTEXT: context = "kind-svclab-e2e",
  SVCLAB_KUBECTL: kubectl = "kubectl",
} = process.env;

if (kubeconfig === undefined) {
  it("the real adapter keeps the port's contract", { skip: "no SVCLAB_TEST_KUBECONFIG" }, () => {});
} else {
  portContract("the real adapter", async (t) => {
    const cluster = await connect({ kubeconfig, context, kubectl });
    const name = `contract-${randomUUID().slice(0, 8)}`;
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    t.after(async () => {
      await cluster.remove({ apiVersion: "v1", kind: "Namespace", name });
      cluster.close();
    });
    await cluster.create(namespace);
    return { cluster, namespace: name };
  });
}
