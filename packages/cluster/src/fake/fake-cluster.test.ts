import { portContract } from "../port-contract.ts";
import { FakeCluster } from "./fake-cluster.ts";

portContract("the fake", async () => ({ cluster: new FakeCluster(), namespace: "contract" }));
