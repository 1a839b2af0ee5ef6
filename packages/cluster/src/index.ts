export { ApiError, isGone } from "./api-error.ts";
export { type Connection, connect } from "./connect.ts";
export { connectInCluster } from "./connect-in-cluster.ts";
export { refuseForeignContext } from "./context-guard.ts";
export { type FollowClock, type FollowSink, follow } from "./follow.ts";
export { followLog, type LogFollower } from "./follow-log.ts";
export {
  type Condition,
  type ContainerStatus,
  type Deployment,
  type EndpointSlice,
  type Kind,
  kinds,
  type Node,
  type Pod,
  type Service,
} from "./kinds.ts";
export {
  describeRef,
  isKubeObject,
  type KubeObject,
  type Metadata,
  parseObjects,
  type Ref,
  refOf,
} from "./object.ts";
export type {
  Change,
  Cluster,
  List,
  LogLine,
  LogWish,
  PatchKind,
  PodAnswer,
  PodName,
  PodRequest,
  Removal,
  WatchSink,
  Where,
} from "./port.ts";
