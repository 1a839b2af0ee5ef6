import { hostPrograms, type Kubectl, kubectlFor, labInstall } from "@svclab/kind";
import { openTestCluster, type TestCluster, testCluster } from "../test-cluster.ts";
import { assertWhole } from "./database.ts";
import { eventually } from "./eventually.ts";

/** A group comes back from everything that these tests do to it within this. */
export const returnsWithinMs = 90_000;

/** The test cluster with the application on it, and all three members of the database in one group. */
export async function openDatabase(): Promise<{ there: TestCluster; kubectl: Kubectl }> {
  const there = await openTestCluster();
  const programs = await hostPrograms(there.lab);
  const { kubeconfig, context } = there.place;
  await labInstall(there.lab, testCluster, { faults: false, database: true });
  await eventually(returnsWithinMs, () => assertWhole(there));
  return { there, kubectl: kubectlFor(programs.kubectl, kubeconfig, context) };
}
