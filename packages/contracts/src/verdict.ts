import { z } from "zod";
import { Event } from "./event.ts";

/** A figure with its unit in its name, e.g. { requests: 12000, lost: 0, longestSilenceMs: 41 }. */
export const Measured = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));
export type Measured = z.infer<typeof Measured>;

export const Outcome = z.enum(["holds", "broken", "unknown", "skipped"]);
export type Outcome = z.infer<typeof Outcome>;

export const Verdict = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("holds"), measured: Measured }),
  /** `witness`: the few events that prove it. */
  z.object({
    outcome: z.literal("broken"),
    why: z.string(),
    measured: Measured,
    witness: z.array(Event),
  }),
  z.object({ outcome: z.literal("unknown"), why: z.string(), measured: Measured }),
  z.object({ outcome: z.literal("skipped"), missing: z.array(z.string()) }),
]);
export type Verdict = z.infer<typeof Verdict>;

/** One claim's line in a report. `summary` is one sentence of figures for a person. */
export const Judged = z.object({
  id: z.string(),
  statement: z.string(),
  source: z.string(),
  verdict: Verdict,
  /** Chance that it is called broken on a cluster in order; left out where no test of chance decides. */
  falseAlarmShare: z.number().optional(),
});
export type Judged = z.infer<typeof Judged>;

/** Why a request got no answer. */
export const LossCause = z.enum([
  /** The node still tracked an earlier attempt from the same port, and led it where that one went. */
  "still-tracked",
  /** Nobody listened at a Pod that the slice still listed. */
  "refused-before-the-slice-changed",
  /** The node still sent to a Pod that the slice no longer listed, or not yet to one that it listed. */
  "refused-before-the-rules-changed",
  /** Its connection was cut while it was under way. */
  "reset-in-flight",
  /** It was sent over a connection that was kept, and its Pod had ceased to answer before. */
  "dead-kept-connection",
  /** Nothing came back from a Pod that did not answer at its own address either. */
  "black-hole",
  /** The address that it was sent to is no longer the one that the name leads to. */
  "stale-name",
  /** There was nobody to send it to. */
  "no-endpoint",
  /** The load balancer had its address, and did not serve it yet. */
  "balancer-not-ready",
  /** Its sender stood still, and did not read the answer in time. */
  "clients-own",
]);
export type LossCause = z.infer<typeof LossCause>;

export const Report = z.object({
  format: z.literal(1),
  run: z.string(),
  commit: z.string(),
  beganMs: z.number(),
  endedMs: z.number(),
  outcome: z.enum(["holds", "broken", "unknown"]),
  control: z.boolean(),
  violation: z.string().nullable(),
  claims: z.array(Judged),
  /** Requests that were owed an answer and got none. */
  losses: z.object({
    requests: z.number().int(),
    lost: z.number().int(),
    /** How many are put down to each cause. */
    causes: z.partialRecord(LossCause, z.number().int()),
    /** How many nothing explains, and the first hundred of these. */
    unexplained: z.number().int(),
    unexplainedFirst: z.array(Event),
  }),
  /** Chance that any of its claims is called broken on a cluster in order: the sum of theirs. */
  falseAlarmShare: z.number(),
  events: z.record(z.string(), z.number()),
  /** Versions of all parts: lane, engine, Kubernetes, image labels. */
  parts: z.record(z.string(), z.string()),
});
export type Report = z.infer<typeof Report>;

/** One line of the file in which the parts of a claim's long form add up. */
export const LongPart = Report.pick({
  ...{ run: true, commit: true, beganMs: true, endedMs: true, outcome: true },
}).extend({
  /** What a part that does not hold says. */
  why: z.string().nullable(),
  measured: Measured,
});
export type LongPart = z.infer<typeof LongPart>;

/** 0 holds, 1 broken, 2 usage, 3 environment, 4 unknown. */
export const exitCode = { holds: 0, broken: 1, usage: 2, environment: 3, unknown: 4 } as const;
