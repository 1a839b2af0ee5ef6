import type { Verdict } from "@svclab/contracts";
import ipaddr from "ipaddr.js";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { acceptedDoubts, creationOf, refusalDoubts, wasAccepted } from "../verify/creations.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";

const takenIps = "taken-ips";

export const clusterIpUniqueInRange: Claim = {
  id: "cluster-ip-unique-in-range",
  statement:
    "Each Service that is not headless MUST have an IP of its own from the cluster's service network; one that is taken, or lies outside of it, MUST be refused.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/#why-do-you-need-to-reserve-service-cluster-ips",
  matters:
    "Two Services with one IP would get each other's requests, and an IP outside of the network might be somebody else's.",
  seen: "A Service is created, and while it is there the API is asked for another with the same IP, and for one with the address of a node. The IPs of all Services of the cluster are compared.",
  upstream: "Integration tests ask the allocator for IPs; no conformance test does.",
  needs: [],
  paths: [takenIps],
  faults: [],
  limits: {},
  violations: [
    {
      name: "asks-for-a-free-ip",
      how: { fault: "asks-for-a-free-ip" },
      text: "In the place of the IP that is taken a free one is asked for: the refusal does not come.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const any = creationOf(line, "service-with-any-ip");
  const taken = creationOf(line, "service-with-a-taken-ip");
  const outside = creationOf(line, "service-with-an-ip-outside");
  const seen = line.of("service-ips-seen")[0]?.event;
  const ips = Object.entries(seen?.ips ?? {}).filter(([, ip]) => ip !== "None" && ip !== "");
  const { serviceNetwork } = line.began.world;
  const isInside = within(serviceNetwork);
  const measured = {
    services: ips.length,
    differentIPs: new Set(ips.map(([, ip]) => ip)).size,
    serviceNetwork,
    ...(taken === undefined ? {} : { takenIP: taken.status }),
    ...(outside === undefined ? {} : { outsideIP: outside.status }),
  };
  const doubts = [
    ...acceptedDoubts("a Service with any IP", any),
    ...refusalDoubts("an IP that is taken", taken),
    ...(!wasAccepted(taken) && taken?.asked !== any?.got
      ? [`${taken?.asked} was asked for, and ${any?.got} is taken`]
      : []),
    ...refusalDoubts("an IP outside of the network", outside),
    ...(isInside !== null && outside !== undefined && !isOutside(isInside, outside.asked)
      ? [`no IP outside of the network was asked for, but "${outside.asked}"`]
      : []),
    ...(ips.length < 2 ? [`the IPs of ${ips.length} Services were seen`] : []),
    ...(isInside === null ? [`the service network is not known: "${serviceNetwork}"`] : []),
  ];
  if (doubts.length > 0 || seen === undefined || isInside === null)
    return unknown(doubts, measured);
  const [twin] = ips.filter(([, ip], at) => ips.findIndex(([, other]) => other === ip) !== at);
  if (twin !== undefined)
    return broken(`${twin.join(" has the IP of another: ")}`, measured, [seen]);
  const [stray] = ips.filter(([, ip]) => !isInside(ip));
  if (stray !== undefined)
    return broken(`${stray.join(" has an IP from outside: ")}`, measured, [seen]);
  if (taken !== undefined && wasAccepted(taken))
    return broken("an IP that is taken was given once more", measured, [taken]);
  if (outside !== undefined && wasAccepted(outside))
    return broken("an IP outside of the network was given", measured, [outside]);
  return holds(measured);
}

function isOutside(isInside: (ip: string) => boolean, asked = ""): boolean {
  return ipaddr.isValid(asked) && !isInside(asked);
}

/** Null where the text is no network. */
function within(network: string): ((ip: string) => boolean) | null {
  if (!ipaddr.isValidCIDR(network)) return null;
  const [base, bits] = ipaddr.parseCIDR(network);
  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    const ip = ipaddr.parse(text);
    return ip.kind() === base.kind() && ip.match(base, bits);
  };
}
