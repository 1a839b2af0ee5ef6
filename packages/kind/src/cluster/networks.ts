/** An IPv4 network in CIDR form, "10.244.0.0/16". */
export type Cidr = string;

export interface ClusterNetworks {
  readonly pods: Cidr;
  readonly services: Cidr;
}

/** kubeadm's own defaults first, so that what a learner reads elsewhere fits. */
const candidates: readonly ClusterNetworks[] = [
  { pods: "10.244.0.0/16", services: "10.96.0.0/16" },
  { pods: "10.245.0.0/16", services: "10.97.0.0/16" },
  { pods: "10.246.0.0/16", services: "10.98.0.0/16" },
  { pods: "172.30.0.0/16", services: "172.31.0.0/16" },
  { pods: "198.18.0.0/16", services: "198.19.0.0/16" },
];

/** The first pair that overlaps none of the host's routes; undefined when all do. */
export function chooseNetworks(routed: readonly Cidr[]): ClusterNetworks | undefined {
  return candidates.find(({ pods, services }) =>
    routed.every((route) => !overlap(route, pods) && !overlap(route, services)),
  );
}

/** True when the two networks share an address. A default route overlaps nothing by this count. */
export function overlap(a: Cidr, b: Cidr): boolean {
  const [left, right] = [range(a), range(b)];
  if (left.bits === 0 || right.bits === 0) return false;
  const bits = Math.min(left.bits, right.bits);
  const shift = 32 - bits;
  return left.address >>> shift === right.address >>> shift;
}

function range(cidr: Cidr): { address: number; bits: number } {
  const [address = "", bits = "32"] = cidr.split("/");
  const octets = address.split(".").map(Number);
  return {
    address: octets.reduce((sum, octet) => ((sum << 8) | octet) >>> 0, 0),
    bits: Number(bits),
  };
}

/**
 * The destinations in `ip -json -4 route show table all` that are somebody else's: routes of the
 * kinds that we add ourselves ("unreachable") are left out.
 */
export function routedNetworks(ipRouteJson: string): Cidr[] {
  const routes = JSON.parse(ipRouteJson) as { dst?: string; type?: string }[];
  return routes
    .filter(({ type }) => type !== "unreachable" && type !== "broadcast")
    .map(({ dst }) => dst ?? "")
    .filter((dst) => /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(dst));
}
