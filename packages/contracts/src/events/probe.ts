import { z } from "zod";
import { stamp } from "./stamp.ts";

export const Why = z.enum(["refused", "reset", "timeout", "dns", "unreachable", "status"]);

/** What became of one request or query. */
export const probeEvents = [
  /**
   * `path` is `<route>` or `<route>/<connection>@<vantage>`; see PathId. `scheduledMs` is when
   * the request was due, `sentMs` when it was sent, `tookMs` the time from the schedule to the
   * last byte, all on the recorder's clock. `connection` is the client's local port.
   */
  z.object({
    ...stamp,
    kind: z.literal("answered"),
    path: z.string(),
    scheduledMs: z.number(),
    sentMs: z.number(),
    tookMs: z.number(),
    podUid: z.string(),
    status: z.number().int(),
    connection: z.number().int(),
    /** The address that was asked, where the path has several. */
    target: z.string().optional(),
    /** Which of the clients that keep their connections asked; the first is 0. */
    client: z.number().int().optional(),
    /** The client's address, as it was sent from and as the Pod saw it; where the plan asks for it. */
    source: z.object({ sent: z.string(), seen: z.string() }).optional(),
  }),
  z.object({
    ...stamp,
    kind: z.literal("unanswered"),
    path: z.string(),
    scheduledMs: z.number(),
    sentMs: z.number(),
    tookMs: z.number(),
    why: Why,
    target: z.string().optional(),
    /** Whether it got no further than to connect, or was connected and waited for an answer. */
    step: z.enum(["connect", "answer"]).optional(),
    /** Its connection had carried an answer before. */
    reused: z.boolean().optional(),
    /** The client's local port, where the connection was still there. */
    connection: z.number().int().optional(),
  }),
  /**
   * One DNS query; `addresses` empty for NXDOMAIN and for no data. Of a CNAME query they are names,
   * of one for SRV records `name:port`.
   */
  z.object({
    ...stamp,
    kind: z.literal("resolved"),
    path: z.string(),
    name: z.string(),
    addresses: z.array(z.string()),
    tookMs: z.number(),
  }),
  z.object({
    ...stamp,
    kind: z.literal("unresolved"),
    path: z.string(),
    name: z.string(),
    why: z.string(),
    tookMs: z.number(),
  }),
] as const;
