import { randomUUID } from "node:crypto";
import type { SeenPod } from "@svclab/contracts";
import type { Hands } from "./hands.ts";
import { containerOf } from "./kill-pod.ts";
import { limits } from "./limits.ts";
import { allReady, waitForPods } from "./wait-for-pods.ts";

/**
 * Throws the readiness switch of one Pod for a while. It is thrown from inside the container,
 * where the switch's token is: the API server's Pod proxy keeps the Authorization header for
 * itself (WithAuthentication in k8s.io/apiserver), and this way the token stays where it is.
 */
export async function holdOneUnready(hands: Hands): Promise<void> {
  const { world, clock, signal, removals, replicas } = hands;
  const [pod] = world.readyPods;
  if (pod === undefined) throw new RangeError("there is no ready Pod to hold unready");
  const release = () => setReady(hands, pod, true);
  const released = removals.add(`readiness of ${pod.name}`, release);
  await setReady(hands, pod, false);
  const unready = `Pod ${pod.name} not to be ready`;
  await waitForPods(hands, unready, limits.unreadyMs, (pods) =>
    pods.some((one) => one.podUid === pod.podUid && !one.ready),
  );
  await clock.sleep(limits.heldUnreadyMs, signal);
  await release();
  released();
  await waitForPods(hands, "every Pod to be ready again", limits.unreadyMs, (pods) =>
    allReady(pods, replicas),
  );
}

async function setReady(hands: Hands, pod: SeenPod, ready: boolean): Promise<void> {
  const state = ready ? "ready: true" : `ready: false, forMs: ${limits.unreadyAtMostMs}`;
  const script = `
    const response = await fetch("http://127.0.0.1:" + (process.env.ADMIN_PORT ?? 8081) + "/faults/readiness", {
      method: "PUT",
      headers: { authorization: "Bearer " + process.env.FAULT_TOKEN, "content-type": "application/json" },
      body: JSON.stringify({ ${state} }),
    });
    if (!response.ok) throw new Error("the switch answered " + response.status);`;
  const exec = ["ctr", "-n", "k8s.io", "tasks", "exec", "--exec-id", randomUUID()];
  const run = ["node", "--input-type=module", "--eval", script];
  await hands.nodeShell(pod.node ?? "", [...exec, containerOf(pod), ...run]);
}
