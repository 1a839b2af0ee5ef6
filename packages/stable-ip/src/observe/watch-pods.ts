import type { FollowSink, KubeObject, Pod } from "@svclab/cluster";
import type { RecordFact } from "./fact.ts";
import { seenPod } from "./seen-pod.ts";
import type { World } from "./world.ts";

type Blind = FollowSink<KubeObject>["blind"];

export interface PodWatch {
  readonly replicaSets: FollowSink<KubeObject>;
  readonly pods: FollowSink<Pod>;
}

/**
 * The workload's Pods by ownership: those of every ReplicaSet of a Deployment, or a StatefulSet's
 * own. Their labels and the Service's selector have no say, since these are under test.
 */
export function watchPods(
  workloadUid: string,
  world: World,
  record: RecordFact,
  blind: Blind,
): PodWatch {
  const replicaSets = new Map<string, KubeObject>();
  const pods = new Map<string, Pod>();
  /** Kept: a Pod stays one of ours when its ReplicaSet goes first. */
  const owners = new Set([workloadUid]);
  /** Those that were ours and are not gone, though the workload may have let them go. */
  const known = new Set<string>();
  let last = "";

  const look = () => {
    for (const one of replicaSets.values()) {
      if (isOwnedBy(one, workloadUid)) owners.add(uidOf(one));
    }
    const own = [...pods.values()].filter((pod) => ownersOf(pod).some((uid) => owners.has(uid)));
    const seen = own.map(seenPod);
    const gone = [...known].filter((uid) => !pods.has(uid));
    for (const uid of gone) known.delete(uid);
    for (const pod of own) known.add(uidOf(pod));
    const now = JSON.stringify(seen);
    if (now !== last) {
      last = now;
      world.setPods(seen);
      record({ kind: "pods-seen", pods: seen });
    }
    for (const podUid of gone) record({ kind: "pod-gone", podUid });
  };
  return { replicaSets: keep(replicaSets, look, blind), pods: keep(pods, look, blind) };
}

/** Keeps a map in step with what a watch tells, and calls back after every change. */
export function keep<T extends KubeObject>(
  objects: Map<string, T>,
  look: () => void,
  blind: Blind,
): FollowSink<T> {
  return {
    listed: (listed) => {
      objects.clear();
      for (const object of listed) objects.set(uidOf(object), object);
      look();
    },
    changed: (change, object) => {
      if (change === "DELETED") objects.delete(uidOf(object));
      else objects.set(uidOf(object), object);
      look();
    },
    blind,
  };
}

function uidOf(object: KubeObject): string {
  return object.metadata.uid ?? "";
}

function ownersOf(object: KubeObject): string[] {
  return (object.metadata.ownerReferences ?? []).map((owner) => owner.uid);
}

function isOwnedBy(object: KubeObject, uid: string): boolean {
  return ownersOf(object).includes(uid);
}
