import { z } from "zod";

const rate = z.number().positive().max(1_000);
const timeoutMs = z.number().int().positive();

/** GET of one URL at each target, `perSecond` for each of them, whatever became of earlier ones. */
export const HttpProbe = z.object({
  kind: z.literal("http"),
  path: z.string().min(1),
  /** new: one connection a request. kept: so many connections, in turn. */
  connection: z.union([z.literal("new"), z.number().int().positive().max(64)]),
  /** IP addresses; may be changed while the prober runs. */
  targets: z.array(z.string()),
  port: z.number().int().min(1).max(65_535),
  url: z.string().startsWith("/"),
  perSecond: rate,
  timeoutMs,
});
export type HttpProbe = z.infer<typeof HttpProbe>;

/** A query for the A records of a full name, sent straight to one server. */
export const DnsProbe = z.object({
  kind: z.literal("dns"),
  path: z.string().min(1),
  /** IP address, with a port where it is not 53. */
  server: z.string().min(1),
  name: z.string().min(1),
  perSecond: rate,
  timeoutMs,
});
export type DnsProbe = z.infer<typeof DnsProbe>;

/** What one prober does from its start to its end. */
export const ProberPlan = z.object({
  recorder: z.string().min(1),
  /** Where its control answers: GET /clock, PUT /targets, POST /stop. Port 0: any free one. */
  control: z.object({ host: z.string(), port: z.number().int().min(0).max(65_535) }),
  /** A stall of the event loop longer than this is written down as blind. */
  blindOverMs: z.number().positive(),
  probes: z.array(z.discriminatedUnion("kind", [HttpProbe, DnsProbe])).min(1),
});
export type ProberPlan = z.infer<typeof ProberPlan>;

/** GET /clock: the prober's own clock, as its events have it. */
export const ProberClock = z.object({ nowMs: z.number() });

/** PUT /targets: the targets of one path, from now on. */
export const ProberTargets = z.object({ path: z.string(), targets: z.array(z.string()) });
export type ProberTargets = z.infer<typeof ProberTargets>;

/** The one line that a prober writes on standard error when its control answers. */
export const ProberListening = z.object({ listening: z.number().int() });
