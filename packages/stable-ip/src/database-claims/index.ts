import type { Claim } from "../claim.ts";
import { noAcknowledgedWriteLost } from "./no-acknowledged-write-lost.ts";
import { primaryServiceFollowsThePrimary } from "./primary-service-follows-the-primary.ts";

/** Every claim about the database, in the order in which they are told. */
export const databaseClaims: readonly Claim[] = [
  primaryServiceFollowsThePrimary,
  noAcknowledgedWriteLost,
];
