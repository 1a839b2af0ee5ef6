export { databasePods, groupRecordName } from "./database-pods.ts";
export { GroupStore, type Recorded } from "./group-store.ts";
export {
  countOf,
  formatGtidSet,
  type GtidSet,
  includes,
  minus,
  onlyFrom,
  parseGtidSet,
  union,
} from "./gtid-set.ts";
export { type Ballot, type BlockCode, hasOf, judgeBallot, type Stranger } from "./judge-ballot.ts";
export { type Ordered, orderBootstrap } from "./order-bootstrap.ts";
