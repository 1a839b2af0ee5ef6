import {
  ApiError,
  type Cluster,
  describeRef,
  type KubeObject,
  kinds,
  refOf,
} from "@svclab/cluster";
import { ToolError, violationLabel } from "@svclab/contracts";
import { until } from "../observe/wait.ts";
import type { Hands } from "./hands.ts";
import { limits } from "./limits.ts";
import { replaceService } from "./replace-service.ts";
import { waitForPods } from "./wait-for-pods.ts";
import { withoutHistory } from "./without-history.ts";

/** On a variant: the field can only be set when the object is made. */
const atCreation = "svclab.dev/at-creation";

type Spec = KubeObject & { readonly spec?: unknown };

/**
 * Changes one object as a file of k8s/variants says, and waits until the change is in force. The
 * removal puts the object's former spec back, word for word.
 */
export async function applyVariant(
  hands: Hands,
  violation: string,
  variant: KubeObject,
): Promise<void> {
  const { cluster, signal, removals } = hands;
  const ref = refOf(variant);
  const what = describeRef(ref);
  const { namespace = "default", name } = variant.metadata;
  const old = (await cluster.get(variant, { namespace, name }, signal)) as Spec | null;
  if (old === null) {
    throw new ToolError({
      code: "app-missing",
      expected: `${what}, which the variant changes`,
      found: "none",
      todo: "install the application: ./svclab install",
    });
  }
  const { spec } = variant as Spec;
  if (variant.metadata.annotations?.[atCreation] !== undefined) {
    const changed = { ...(old.spec as object), ...(spec as object) };
    await replaceService(hands, old, changed, violation);
    return;
  }
  removals.add(`the former spec of ${what}`, async (until) => {
    const now = await cluster.get(variant, { namespace, name }, until);
    if (now === null) await cluster.create(withoutHistory(old), until);
    else if (isCustom(variant)) await putBack(cluster, old, until);
    else await cluster.replace(asItWas(now, old), until);
    if (variant.kind === "Deployment") await waitForRollOut(hands, name, until);
  });
  const metadata = { labels: { [violationLabel]: violation } };
  const kind = isCustom(variant) ? "merge" : "strategic";
  await cluster.patch(ref, kind, { metadata, spec }, signal);
  if (variant.kind === "Deployment") await waitForRollOut(hands, name, signal);
  // Another selector is in force when slices and rules have followed it.
  if (spec !== undefined && Object.hasOwn(spec as object, "selector"))
    await hands.clock.sleep(limits.selectedMs, signal);
}

/** Only the API server's own kinds know how their lists are merged, and may be replaced unread. */
function isCustom({ apiVersion }: KubeObject): boolean {
  return apiVersion.startsWith("gateway.");
}

const putBackTries = 5;

/** As replace(), of the version that is there: its controller may write its status meanwhile. */
async function putBack(cluster: Cluster, old: Spec, signal: AbortSignal): Promise<void> {
  const { namespace = "default", name } = old.metadata;
  for (let tries = 1; ; tries++) {
    const now = await cluster.get(old, { namespace, name }, signal);
    if (now === null) return;
    const { resourceVersion } = now.metadata;
    const was = asItWas(now, old);
    const metadata = {
      ...was.metadata,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    try {
      await cluster.replace({ ...was, metadata }, signal);
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || tries === putBackTries)
        throw error;
    }
  }
}

/** Whatever else changed meanwhile, its version with it: the old spec is to win. */
function asItWas(now: KubeObject, old: Spec): KubeObject {
  const { resourceVersion: _, labels: __, ...rest } = now.metadata;
  const { labels } = old.metadata;
  const metadata = { ...rest, ...(labels === undefined ? {} : { labels }) };
  return { ...now, metadata, spec: old.spec } as KubeObject;
}

/** By the Deployment's own status: the watch may have been stopped already. */
async function waitForRollOut(hands: Hands, name: string, signal: AbortSignal): Promise<void> {
  const { cluster, namespace, replicas, clock } = hands;
  let seen = "nothing";
  await until(clock, signal, {
    what: `${name} to be rolled out`,
    look: async () => {
      const now = await cluster.get(kinds.deployment, { namespace, name }, signal);
      seen = JSON.stringify(now?.status ?? {});
      const {
        observedGeneration = 0,
        updatedReplicas,
        availableReplicas,
        replicas: all,
      } = now?.status ?? {};
      const current = observedGeneration >= (now?.metadata.generation ?? 1);
      const each = [updatedReplicas, availableReplicas, all].every((count) => count === replicas);
      return (current && each) || null;
    },
    seen: () => seen,
    limitMs: limits.rollOutMs,
    everyMs: 250,
  });
  if (signal !== hands.signal) return;
  // Those on their way out are no longer counted there, and the next fault begins with all Pods.
  await waitForPods(hands, `${replicas} Pods`, limits.replaceMs, (p) => p.length === replicas);
}
