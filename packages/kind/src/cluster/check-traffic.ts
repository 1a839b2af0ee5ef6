import { askOverTcp } from "./dns-query.ts";
import type { Kubectl } from "./kubectl.ts";
import { loadBalancerLog } from "./load-balancer.ts";
import type { ClusterPlace } from "./place.ts";
import { waitFor } from "./wait-for.ts";

const service = "svclab-check";

/**
 * One question through the whole path: from the host to a load balancer, through a node port to
 * CoreDNS, whose answer is the API server's own Service. The load balancer is made for the
 * question and removed after it.
 */
export async function checkTraffic(
  kubectl: Kubectl,
  place: ClusterPlace,
  limitMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const manifest = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service, namespace: "kube-system" },
    spec: {
      type: "LoadBalancer",
      selector: { "k8s-app": "kube-dns" },
      ports: [{ name: "dns-tcp", port: 53, protocol: "TCP" }],
    },
  };
  const own = ["-n", "kube-system"];
  const wanted = (
    await kubectl(["get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}"])
  ).trim();
  await kubectl([...own, "apply", "-f", "-"], JSON.stringify(manifest));
  try {
    await waitFor(
      async () => {
        const path = "jsonpath={.status.loadBalancer.ingress[0].ip}";
        const host = (await kubectl([...own, "get", "service", service, "-o", path])).trim();
        if (host === "") return "the load balancer has no address";
        const name = "kubernetes.default.svc.cluster.local";
        const answer = await askOverTcp({ host, port: 53 }, name, 2_000);
        return answer === wanted ? undefined : `${name} is ${answer ?? "unknown"}, not ${wanted}`;
      },
      {
        code: "traffic-not-answered",
        what: "DNS to answer through a load balancer",
        limitMs,
        todo: "read the lines above; less may have to run on this machine at the same time, or SVCLAB_PATIENCE=2 waits longer",
        evidence: () => loadBalancerLog(place, 8),
        ...(signal === undefined ? {} : { signal }),
      },
    );
  } finally {
    await kubectl([...own, "delete", "service", service, "--wait=false"]);
  }
}
