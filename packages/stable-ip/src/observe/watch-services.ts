import type { FollowSink, Service } from "@svclab/cluster";
import type { RecordFact } from "./fact.ts";
import type { SeenService, World } from "./world.ts";

/** Each Service, each time something a judge reads of it changed, and when it is deleted. */
export function watchServices(
  world: World,
  record: RecordFact,
  blind: FollowSink<Service>["blind"],
): FollowSink<Service> {
  const last = new Map<string, string>();
  const see = (service: SeenService) => {
    const now = JSON.stringify(service);
    if (now === last.get(service.service)) return;
    last.set(service.service, now);
    world.setService(service);
    record({ kind: "service-seen", ...service });
  };
  return {
    listed: (services) => {
      const names = new Set(services.map((one) => one.metadata.name));
      for (const [name, known] of world.services) {
        if (!names.has(name)) see({ ...known, deleted: true });
      }
      for (const service of services) see(seenService(service));
    },
    changed: (change, service) => {
      see({ ...seenService(service), deleted: change === "DELETED" });
    },
    blind,
  };
}

export function seenService({ metadata, spec, status }: Service): SeenService {
  const ingress = status?.loadBalancer?.ingress ?? [];
  return {
    service: metadata.name,
    uid: metadata.uid ?? "",
    clusterIP: spec.clusterIP ?? "",
    deleted: false,
    loadBalancer: ingress.flatMap(({ ip, hostname }) => ip ?? hostname ?? []),
  };
}
