import { kinds } from "@svclab/cluster";
import { violationLabel } from "@svclab/contracts";
import { untilGone } from "../observe/until-gone.ts";
import type { Hands } from "./hands.ts";
import { limits } from "./limits.ts";
import { allReady, waitForPods } from "./wait-for-pods.ts";

/** The one by which the Service and the ReplicaSet know their Pods. */
const label = "app.kubernetes.io/name";

/**
 * Takes one Pod's label off, waits until another has taken its place, leaves it alone for a while,
 * and deletes it: it is nobody's now. Should the run be killed, the next install finds it by the
 * label of what must not stay.
 */
export async function relabelOne(hands: Hands): Promise<void> {
  const { cluster, namespace, world, record, clock, signal, removals, replicas } = hands;
  const [pod] = world.readyPods;
  if (pod === undefined) throw new RangeError("there is no ready Pod to take a label off");
  const { podUid, name, ip } = pod;
  const ref = { ...kinds.pod, namespace, name };
  const remove = (within: AbortSignal) =>
    cluster.remove(ref, { uid: podUid, graceSeconds: limits.outGraceSeconds }, within);
  const removed = removals.add(`Pod ${name}, which lost its label`, async (within) => {
    const now = await cluster.get(kinds.pod, { namespace, name }, within);
    // Where the change was refused it is a Pod like the others.
    if (now?.metadata.labels?.[violationLabel] !== undefined) await remove(within);
  });
  const atMs = clock.nowMs();
  const labels = { [label]: null, [violationLabel]: "relabelled" };
  await cluster.patch(ref, "merge", { metadata: { labels } }, signal);
  record({ kind: "pod-relabelled", podUid, podIp: ip ?? "" }, atMs);
  const replaced = `Pod ${name} to be let go and its place to be taken`;
  await waitForPods(hands, replaced, limits.replaceMs, (pods) => {
    return pods.every((one) => one.podUid !== podUid) && allReady(pods, replicas);
  });
  await clock.sleep(limits.outMs, signal);
  await remove(signal);
  await untilGone(ref, { cluster, clock, signal, limitMs: limits.replaceMs });
  removed();
}
