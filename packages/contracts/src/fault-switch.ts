import { z } from "zod";

/** Bodies of PUT /faults/<name> on a server's admin port. Bounded, so that a typo ends by itself. */
export const FaultSwitch = {
  /** /readyz answers 503 while `ready` is false: for so long, or until it is set again. */
  readiness: z.strictObject({
    ready: z.boolean(),
    forMs: z.number().int().min(1).max(600_000).optional(),
  }),
  /** Every answer of the main port waits this long. */
  delay: z.strictObject({ ms: z.number().int().min(0).max(60_000) }),
  /** Every answer of the main port has this status. */
  status: z.strictObject({ code: z.number().int().min(400).max(599) }),
  /** The process exits at once, without answering. */
  crash: z.strictObject({ exitCode: z.number().int().min(1).max(125).default(1) }),
  /** The main port accepts and does not answer; neither do the probes unless `probes` is false. */
  hang: z.strictObject({
    forMs: z.number().int().min(1).max(60_000),
    probes: z.boolean().default(true),
  }),
} as const;

/** What is sent to one switch. */
export type FaultBody<Name extends keyof typeof FaultSwitch> = z.input<(typeof FaultSwitch)[Name]>;

/** GET /faults, and the answer to a PUT or DELETE: what is switched on now. */
export const FaultState = z.object({
  ready: z.boolean(),
  /** When readiness comes back by itself; null where it does not. */
  readyInMs: z.number().nullable(),
  delayMs: z.number().int(),
  status: z.number().int().nullable(),
  hang: z.object({ endsInMs: z.number(), probes: z.boolean() }).nullable(),
});
export type FaultState = z.infer<typeof FaultState>;
