import { z } from "zod";

/** Response headers every server here sets on every answer, from the downward API. */
export const servedBy = {
  podUid: "x-served-by-uid",
  podName: "x-served-by-pod",
  node: "x-served-by-node",
} as const;

/** Response header on every answer: the address of whoever sent the request, as this server saw it. */
export const seenFrom = "x-seen-from";

/** Who answered: from the downward API. */
export const Identity = z.object({
  podUid: z.string(),
  podName: z.string(),
  podIp: z.string(),
  node: z.string(),
});
export type Identity = z.infer<typeof Identity>;

/** GET /whoami of the api. */
export const WhoAmI = Identity.extend({
  app: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
});
export type WhoAmI = z.infer<typeof WhoAmI>;

/** GET /echo of the api: the request as it arrived. */
export const Echo = z.object({
  method: z.string(),
  url: z.string(),
  httpVersion: z.string(),
  source: z.object({ address: z.string(), port: z.number().int() }),
  local: z.object({ address: z.string(), port: z.number().int() }),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});
export type Echo = z.infer<typeof Echo>;

/** GET /ask of the web: one question put to the api through its Service. */
export const Asked = z.object({
  web: Identity,
  api: WhoAmI.nullable(),
  /** Why there is no answer, in plain words; null when there is one. */
  error: z.string().nullable(),
  tookMs: z.number(),
});
export type Asked = z.infer<typeof Asked>;

/** RFC 9457, served as application/problem+json. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;
