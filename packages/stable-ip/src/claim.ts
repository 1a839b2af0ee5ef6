import type { DatabaseFault, Event, FaultKind, Verdict } from "@svclab/contracts";

/** What a run wrote down, in the order in which it was written. */
export type History = readonly Event[];

/** What the world must have before a claim can be judged; see verify/needs.ts. */
export type Need = "two-replicas" | "two-workers" | "node-addresses";

/** Mistakes made in the database itself. */
export type DatabaseChange =
  | "asynchronous-and-volume-lost"
  | "stopped-member-answers-reads"
  | "row-deleted"
  | "row-doubled"
  | "addressed-by-the-read-service";

/** A seeded mistake that is not a file in k8s/variants. */
export type NamedChange =
  | "recreate-service"
  | "recreate-service-same-ip"
  | "kept-connections-anew"
  | "dropped-not-refused"
  | "masqueraded"
  | "asks-for-a-free-ip"
  | "asks-for-a-free-node-port"
  | "kill-container-instead"
  | "force-delete-instead";

/** A mistake that, applied for real after the steady state, must turn its claim broken. */
export interface Violation {
  readonly name: string;
  /** A file stem in k8s/variants, or a change the run itself knows how to make. */
  readonly how: { readonly variant: string } | { readonly fault: NamedChange | DatabaseChange };
  readonly text: string;
  /** What has to be done to the cluster for the mistake to show. Default: all that the claim names. */
  readonly faults?: readonly FaultKind[];
  /** What else must be done to the database for the mistake to show. Default: nothing. */
  readonly after?: readonly DatabaseFault[];
}

/** One promise of Kubernetes, how a run can see it, and the mistakes that must break it. */
export interface Claim {
  /** The stem everywhere: file, test, report anchor. */
  readonly id: string;
  /** One sentence with MUST. */
  readonly statement: string;
  /** Where Kubernetes says so. */
  readonly source: string;
  /** What hangs on it. */
  readonly matters: string;
  /** How a run sees whether it is so. */
  readonly seen: string;
  /** What the tests of Kubernetes itself ask of it. */
  readonly upstream: string;
  readonly needs: readonly Need[];
  /** Paths without their vantage, for example `cluster-ip/new`. */
  readonly paths: readonly string[];
  /** What the run must have done, whole, before this can be judged. */
  readonly faults: readonly FaultKind[];
  /** How many tests of chance decide it, each wrong by a chance of limits.alphaShare. */
  readonly tests?: number;
  /** Rows of limits.ts that this claim decides by. */
  readonly limits: Readonly<Record<string, number>>;
  readonly violations: readonly [Violation, ...Violation[]];
  /** Pure. Called by verify(), which has already refused incomplete and control runs. */
  judge(history: History): Verdict;
}
