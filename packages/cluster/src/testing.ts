export { FakeCluster, type FakePods } from "./fake/fake-cluster.ts";
export { type Ground, portContract } from "./port-contract.ts";
