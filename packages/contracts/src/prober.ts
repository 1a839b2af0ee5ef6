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
  /** Host header; default: the target. */
  host: z.string().min(1).optional(),
  /** Whether the answers are to tell the client's address too, as both sides saw it. */
  tellsSource: z.literal(true).optional(),
  perSecond: rate,
  timeoutMs,
});
export type HttpProbe = z.infer<typeof HttpProbe>;

/** A query for the records of a full name, sent straight to one server. */
export const DnsProbe = z.object({
  kind: z.literal("dns"),
  path: z.string().min(1),
  /** IP address, with a port where it is not 53. */
  server: z.string().min(1),
  name: z.string().min(1),
  /** Default: A. */
  record: z.enum(["A", "CNAME", "SRV"]).optional(),
  /** Nothing is asked until the path is given a target. */
  paused: z.literal(true).optional(),
  perSecond: rate,
  timeoutMs,
});
export type DnsProbe = z.infer<typeof DnsProbe>;

/**
 * One session that adds notes, each after the one before it was answered or given up. What was due
 * meanwhile is sent as soon as can be, so that nothing that is due is left out.
 */
export const NotesProbe = z.object({
  kind: z.literal("notes"),
  path: z.string().min(1),
  /** The text of a note is `<run>/<session>/<seq>`; the first seq is 1. */
  run: z.string().regex(/^[\w-]+$/),
  session: z.string().regex(/^[\w-]+$/),
  /** POST /notes of the api, or INSERT as the database's user writer. */
  way: z.enum(["api", "sql"]),
  /** A Service's name, looked up anew for each connection. */
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  perSecond: rate,
  timeoutMs,
});
export type NotesProbe = z.infer<typeof NotesProbe>;

/**
 * Asks whoever a name leads to, over a new connection each time, which server it is and how far it
 * has got. The name may be changed while the prober runs.
 */
export const MemberProbe = z.object({
  kind: z.literal("member"),
  path: z.string().min(1),
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  perSecond: rate,
  timeoutMs,
});
export type MemberProbe = z.infer<typeof MemberProbe>;

/** What one prober does from its start to its end. */
export const ProberPlan = z.object({
  recorder: z.string().min(1),
  /**
   * Where its control answers: GET /clock, PUT /targets, POST /stop; POST /end-notes, and then
   * GET /notes-read?run=R&host=H. Port 0: any free one.
   */
  control: z.object({ host: z.string(), port: z.number().int().min(0).max(65_535) }),
  /** A stall of the event loop longer than this is written down as blind. */
  blindOverMs: z.number().positive(),
  /** None: it only holds a place. */
  probes: z.array(z.discriminatedUnion("kind", [HttpProbe, DnsProbe, NotesProbe, MemberProbe])),
});
export type ProberPlan = z.infer<typeof ProberPlan>;

/** GET /clock: the prober's own clock, as its events have it. */
export const ProberClock = z.object({ nowMs: z.number() });

/**
 * PUT /targets: the targets of one path, from now on; of a member probe its one name, of a DNS probe
 * its name or none. `connection`
 * changes how an http probe connects.
 */
export const ProberTargets = z.object({
  path: z.string(),
  targets: z.array(z.string()),
  connection: HttpProbe.shape.connection.optional(),
});
export type ProberTargets = z.infer<typeof ProberTargets>;

/**
 * GET /notes-read: the notes of one run on one member, in the order of their ids. `sessions` has
 * for each session its seqs as runs, for example `1-500,502`: a row that is there twice or out of
 * order begins a run of its own. `strangers` are rows of this run that no session can have sent.
 */
export const NotesRead = z.object({
  pod: z.string(),
  serverUuid: z.string(),
  rows: z.number().int(),
  /** SHA-256 over `<id> <text>\n` of each row, hex: the same on all members that have the same. */
  digest: z.string(),
  sessions: z.record(z.string(), z.string()),
  strangers: z.array(z.string()),
});
export type NotesRead = z.infer<typeof NotesRead>;

/** The one line that a prober writes on standard error when its control answers. */
export const ProberListening = z.object({ listening: z.number().int() });
