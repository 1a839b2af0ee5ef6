import { describeRef, type KubeObject, type Ref, refOf } from "@svclab/cluster";
import { violationLabel } from "@svclab/contracts";
import { untilGone } from "../observe/until-gone.ts";
import { until } from "../observe/wait.ts";
import type { Hands } from "./hands.ts";
import { withoutHistory } from "./without-history.ts";

type Spec = Readonly<Record<string, unknown>>;

/** A load balancer's controller takes its own away before the Service may go. */
const goneLimitMs = 60_000;
const freeLimitMs = 10_000;

/**
 * Deletes a Service and makes it again, with another spec; the removal makes the former again.
 * Returns what takes that removal back, for when the new one is as good as the former.
 */
export async function replaceService(
  hands: Hands,
  old: KubeObject,
  spec: Spec,
  violation?: string,
): Promise<() => void> {
  const ref = refOf(old);
  const restored = hands.removals.add(`the former ${describeRef(ref)}`, async (signal) => {
    await removeAndWait(hands, ref, signal);
    await createWhenFree(hands, withAnyNodePort(withoutHistory(old)), signal);
  });
  await removeAndWait(hands, ref, hands.signal);
  const { metadata, ...rest } = withoutHistory(old);
  const labels = { ...metadata.labels, ...(violation && { [violationLabel]: violation }) };
  const changed = { ...rest, metadata: { ...metadata, labels }, spec } as KubeObject;
  await createWhenFree(hands, withAnyNodePort(changed), hands.signal);
  return restored;
}

/**
 * A load balancer's node ports are the API server's choice, and one is given back a moment after
 * its Service has gone: asked for by number it may be refused. Those of type NodePort are a promise.
 */
function withAnyNodePort(object: KubeObject): KubeObject {
  const { spec } = object as KubeObject & {
    readonly spec?: {
      readonly type?: string;
      readonly ports?: readonly { readonly nodePort?: number }[];
    };
  };
  if (spec?.type !== "LoadBalancer") return object;
  const ports = (spec.ports ?? []).map(({ nodePort: _, ...port }) => port);
  return { ...object, spec: { ...spec, ports } } as KubeObject;
}

/** The IP of a Service that has gone is given back a moment later: until then it is refused. */
async function createWhenFree({ cluster, clock }: Hands, object: KubeObject, signal: AbortSignal) {
  let refusal = "";
  await until(clock, signal, {
    what: `${describeRef(refOf(object))} to get back its IP`,
    look: () =>
      cluster.create(object, signal).catch((error: Error) => {
        if (!/already allocated/.test(error.message)) throw error;
        refusal = error.message;
        return null;
      }),
    seen: () => refusal,
    limitMs: freeLimitMs,
    everyMs: 100,
  });
}

async function removeAndWait({ cluster, clock }: Hands, ref: Ref, signal: AbortSignal) {
  await cluster.remove(ref, {}, signal);
  await untilGone(ref, { cluster, clock, signal, limitMs: goneLimitMs });
}
