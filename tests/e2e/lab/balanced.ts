import assert from "node:assert/strict";
import type { Kubectl } from "@svclab/kind";
import { eventually } from "./eventually.ts";

/** CoreDNS behind a load balancer: every node has its image, and it tells its health over HTTP. */
const balancer = JSON.stringify({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "balanced" },
  spec: {
    type: "LoadBalancer",
    selector: { "k8s-app": "kube-dns" },
    ports: [{ name: "health", port: 8080, protocol: "TCP" }],
  },
});

export async function balance(on: Kubectl): Promise<void> {
  await on(["-n", "kube-system", "apply", "-f", "-"], balancer);
}

export async function addressOf(on: Kubectl): Promise<string> {
  return eventually(60_000, async () => {
    const address = await ingressIp(on);
    assert.notEqual(address, "", "the load balancer has no address");
    assert.equal(await ask(address), "OK");
    return address;
  });
}

export async function ingressIp(on: Kubectl): Promise<string> {
  const path = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  return (await on(["-n", "kube-system", "get", "service", "balanced", "-o", path])).trim();
}

/** CoreDNS's own health, through the load balancer. */
export async function ask(address: string): Promise<string> {
  const answer = await fetch(`http://${address}:8080/health`, {
    headers: { connection: "close" },
    signal: AbortSignal.timeout(2_000),
  });
  return answer.text();
}
