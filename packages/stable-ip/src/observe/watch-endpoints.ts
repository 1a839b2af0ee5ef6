import type { EndpointSlice, FollowSink } from "@svclab/cluster";
import type { Endpoint } from "@svclab/contracts";
import type { RecordFact } from "./fact.ts";
import { keep } from "./watch-pods.ts";
import type { World } from "./world.ts";

/** Names the Service that a slice belongs to. */
const serviceLabel = "kubernetes.io/service-name";

/** The endpoints of each Service, all its slices together, each time one of them changed. */
export function watchEndpoints(
  world: World,
  record: RecordFact,
  blind: FollowSink<EndpointSlice>["blind"],
): FollowSink<EndpointSlice> {
  const slices = new Map<string, EndpointSlice>();
  const last = new Map<string, string>();
  return keep(
    slices,
    () => {
      const bySlices = Map.groupBy(slices.values(), (one) => one.metadata.labels?.[serviceLabel]);
      for (const service of new Set([...last.keys(), ...bySlices.keys()])) {
        if (service === undefined) continue;
        const endpoints = (bySlices.get(service) ?? []).flatMap(endpointsOf);
        const now = JSON.stringify(endpoints);
        if (now === last.get(service)) continue;
        last.set(service, now);
        world.endpoints.set(service, endpoints);
        record({ kind: "endpoints-seen", service, endpoints });
      }
    },
    blind,
  );
}

/** Conditions left out mean ready and serving, and not terminating (discovery/v1, types.go). */
function endpointsOf(slice: EndpointSlice): Endpoint[] {
  return (slice.endpoints ?? []).flatMap((endpoint) => {
    const { ready = true, serving = ready, terminating = false } = endpoint.conditions ?? {};
    const podUid = endpoint.targetRef?.uid ?? "";
    const node = endpoint.nodeName ?? null;
    return endpoint.addresses.map((ip) => ({ podUid, ip, node, ready, serving, terminating }));
  });
}
