import type { Claim } from "../claim.ts";
import { affinitySticksAndLetsGo } from "./affinity-sticks-and-lets-go.ts";
import { clusterIpAnswersThroughKill } from "./cluster-ip-answers-through-kill.ts";
import { clusterIpKeepsThePodSourceIp } from "./cluster-ip-keeps-the-pod-source-ip.ts";
import { clusterIpSurvivesPodKill } from "./cluster-ip-survives-pod-kill.ts";
import { clusterIpUniqueInRange } from "./cluster-ip-unique-in-range.ts";
import { endpointsAreTheReadyMatchingPods } from "./endpoints-are-the-ready-matching-pods.ts";
import { everyEndpointGetsTraffic } from "./every-endpoint-gets-traffic.ts";
import { externalNameIsACname } from "./external-name-is-a-cname.ts";
import { externalPolicyLocalKeepsTheClientIp } from "./external-policy-local-keeps-the-client-ip.ts";
import { gracefulDeleteLosesNothing } from "./graceful-delete-loses-nothing.ts";
import { headlessDnsIsTheReadyPodIps } from "./headless-dns-is-the-ready-pod-ips.ts";
import { headlessHasNoIpAndNoRules } from "./headless-has-no-ip-and-no-rules.ts";
import { inFlightRequestsFinish } from "./in-flight-requests-finish.ts";
import { ingressRoutesByHostAndPath } from "./ingress-routes-by-host-and-path.ts";
import { keptConnectionsPin } from "./kept-connections-pin.ts";
import { loadBalancerGetsAnAddress } from "./load-balancer-gets-an-address.ts";
import { multiPortNeedsNames } from "./multi-port-needs-names.ts";
import { namedTargetPortResolvesPerPod } from "./named-target-port-resolves-per-pod.ts";
import { newConnectionsSpreadEvenly } from "./new-connections-spread-evenly.ts";
import { noEndpointsMeansRefused } from "./no-endpoints-means-refused.ts";
import { nodePortAnswersOnEveryNode } from "./node-port-answers-on-every-node.ts";
import { nodePortRangeAndCollisionsAreRefused } from "./node-port-range-and-collisions-are-refused.ts";
import { podIpsDoChange } from "./pod-ips-do-change.ts";
import { portMapsToTargetPort } from "./port-maps-to-target-port.ts";
import { relabelledPodLeavesRotation } from "./relabelled-pod-leaves-rotation.ts";
import { srvRecordPerNamedPort } from "./srv-record-per-named-port.ts";
import { terminatingEndpointSteps } from "./terminating-endpoint-steps.ts";
import { twoServicesOneSelector } from "./two-services-one-selector.ts";
import { typesNest } from "./types-nest.ts";
import { unreadyPodGetsNoTraffic } from "./unready-pod-gets-no-traffic.ts";

/** Every claim, in the order in which they are told. */
export const claims: readonly Claim[] = [
  clusterIpSurvivesPodKill,
  clusterIpAnswersThroughKill,
  podIpsDoChange,
  clusterIpUniqueInRange,
  endpointsAreTheReadyMatchingPods,
  unreadyPodGetsNoTraffic,
  relabelledPodLeavesRotation,
  noEndpointsMeansRefused,
  terminatingEndpointSteps,
  inFlightRequestsFinish,
  gracefulDeleteLosesNothing,
  twoServicesOneSelector,
  portMapsToTargetPort,
  namedTargetPortResolvesPerPod,
  multiPortNeedsNames,
  everyEndpointGetsTraffic,
  newConnectionsSpreadEvenly,
  keptConnectionsPin,
  affinitySticksAndLetsGo,
  clusterIpKeepsThePodSourceIp,
  headlessHasNoIpAndNoRules,
  headlessDnsIsTheReadyPodIps,
  srvRecordPerNamedPort,
  externalNameIsACname,
  nodePortAnswersOnEveryNode,
  nodePortRangeAndCollisionsAreRefused,
  externalPolicyLocalKeepsTheClientIp,
  loadBalancerGetsAnAddress,
  ingressRoutesByHostAndPath,
  typesNest,
];
