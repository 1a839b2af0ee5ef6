import type { Claim } from "../claim.ts";
import { headlessDnsIsTheReadyMembers } from "./headless-dns-is-the-ready-members.ts";
import { laggingReplicaLeavesTheReadService } from "./lagging-replica-leaves-the-read-service.ts";
import { noAcknowledgedWriteLost } from "./no-acknowledged-write-lost.ts";
import { oneReplicaCanBeAddressed } from "./one-replica-can-be-addressed.ts";
import { podNameFollowsThePod } from "./pod-name-follows-the-pod.ts";
import { primaryServiceFollowsThePrimary } from "./primary-service-follows-the-primary.ts";

/** Every claim about the database, in the order in which they are told. */
export const databaseClaims: readonly Claim[] = [
  oneReplicaCanBeAddressed,
  podNameFollowsThePod,
  headlessDnsIsTheReadyMembers,
  primaryServiceFollowsThePrimary,
  laggingReplicaLeavesTheReadService,
  noAcknowledgedWriteLost,
];
