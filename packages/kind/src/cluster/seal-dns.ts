import { parse, stringify } from "yaml";
import type { Kubectl } from "./kubectl.ts";

/**
 * Takes the forwarding of unknown names out of CoreDNS: it answers NXDOMAIN or SERVFAIL itself.
 * Pods made after this have it; dnsOnEveryNode makes them all anew.
 */
export async function sealCoreDns(kubectl: Kubectl): Promise<void> {
  const map = parse(
    await kubectl(["-n", "kube-system", "get", "configmap", "coredns", "-o", "yaml"]),
  );
  map.data.Corefile = withoutForward(map.data.Corefile);
  await kubectl(["-n", "kube-system", "replace", "-f", "-"], stringify(map));
}

/** A Corefile without its forward blocks, one-line or braced. */
export function withoutForward(corefile: string): string {
  return corefile.replace(/^[ \t]*forward\b[^\n{]*(\{[^}]*\})?[ \t]*\n/gm, "");
}
