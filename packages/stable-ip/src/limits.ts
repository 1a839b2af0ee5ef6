/** Every number a judge decides by. The unit is the end of the name; a Share is of 1. */
export const limits = {
  /** A path may be without an answer for this long while two Pods live. */
  silenceMs: 1_000,
  /** After SIGKILL the node's rules still name the Pod until its readiness probe fails. */
  sigkillLossMs: 3_000,
  /**
   * From a Pod's Ready condition to its ready endpoint: most are there in 0.1 s, and a change that
   * comes before the controller has seen its own last one is left for 1 s (docs/decisions/0015).
   */
  becomesEndpointMs: 2_000,
  /** From a Pod that is not ready, terminating or gone to the end of its ready endpoint. */
  leavesEndpointsMs: 2_000,
  /**
   * From a Pod's readiness to its A record, both ways. The probe asks the DNS server itself, and
   * kubeadm's Corefile switches its cache off for the cluster's zone, so no TTL is in it.
   */
  dnsLateMs: 2_000,
  /** A deleted Pod's endpoint is there for as long as the Pod drains; the api's does for 5 s. */
  drainsMs: 1_000,
  /** How late our watch may show what a server already acts on. */
  watchLateMs: 500,
  /** Where nobody is to answer, a connection may take so long to be refused. */
  refusedWithinMs: 500,
  /**
   * The kernel tells one client so six times at once and then once a second (icmp_ratelimit), so
   * between two refusals there may be so much.
   */
  betweenRefusalsMs: 1_500,
  /** A deleted Pod's address may answer for this long after the Pod object has gone. */
  oldAddressMs: 1_000,
  /** A Service of type LoadBalancer may be without an address for this long. */
  addressMs: 30_000,
  /** A load balancer may be without an answer for this long while it has an address. */
  loadBalancerSilenceMs: 10_000,
  /** Answers below which a row of a matrix says nothing. */
  rowAnswers: 20,
  /** A port that answers less than this leads nowhere, or elsewhere; Pods that are killed cost less. */
  answeredShare: 0.5,
  /** Probes of a dead address below which its silence says nothing. */
  oldAddressProbes: 5,
  /** Chance that one test calls an even spread uneven. */
  alphaShare: 1e-4,
  /** Chance that the smallest skew is found. */
  powerShare: 0.999,
  /** Smallest skew that must be found: one Pod's share is off by this much of an even share. */
  skewShare: 0.1,
  /** How far a node's part of the load may be from an even part, of that part. */
  nodeOffShare: 0.01,
  /** Different client ports per connection below which connections must have been reused. */
  distinctPortsShare: 0.5,
  /** Different client ports per connection above which connections cannot have been kept. */
  keptPortsShare: 0.1,
  /** Of two successive answers to a client that keeps its connection: by different Pods, at most. */
  keptChangesShare: 0.05,
  /** Of two successive answers over new connections: by different Pods, at least. */
  newChangesShare: 0.3,
  /** After so long a Service with an affinity of 1 s has let go of its client. */
  affinityMs: 1_100,
  /** Requests below which a route's weights say nothing. */
  weighedRequests: 100,
  /** Deletions, and requests about them, of which none may be lost. */
  gracefulDeletions: 20,
  gracefulRequests: 60_000,
  /** Requests count from so long before a deletion to so long after the Pod has gone. */
  beforeDeletionMs: 1_000,
  afterGoneMs: 2_000,
  /** How sure a bound is of which nothing was seen. */
  confidenceShare: 0.95,
  /** A request that is counted and not timed is given up after this. */
  givenUpMs: 5_000,
  /** One that lasts long on purpose. */
  longGivenUpMs: 20_000,
  /** Of a client's requests: sent while its former one was under way, over another connection then. */
  busyShare: 0.02,
  /** A Pod of the api serves on for so long after its deletion, before it is told to end. */
  preStopMs: 5_000,
  /** Chance that an endpoint that takes its even part is not met at all. */
  missedShare: 1e-9,
  /**
   * From an election to the Service that leads to the elected, and to nobody else: 1 s for the
   * labels, and what an endpoint may wait (docs/decisions/0015).
   */
  primaryLabelMs: 2_000,
  /** From the last write accepted to the next, where a primary leaves in order. */
  gracefulWriteGapMs: 3_000,
  /** Where its server is killed: the others suspect it after 5 s, and elect. */
  serverKilledWriteGapMs: 10_000,
  /** Where its node is silent: connections to it are given up too. */
  nodeWriteGapMs: 15_000,
  /** A replica that lacks a write for longer is behind: the agent's own limit. */
  replicaBehindMs: 5_000,
  /** From a replica that is behind to mysql-read without it. */
  leavesReadsMs: 2_000,
  /** From a replica that has caught up to mysql-read with it. */
  returnsToReadsMs: 2_000,
  /** kube-proxy gathers changes for up to 1 s before it writes its rules (minSyncPeriod). */
  proxyLateMs: 1_000,
  /** A name, or a replica, may be unasked for so long: what is wrong for that much longer is found. */
  unaskedMs: 1_000,
  /** Lateness of a prober, of the smallest time that is decided on. */
  latenessShare: 0.2,
} as const;
