import { z } from "zod";

/**
 * One line of a history. `atMs` is milliseconds since the epoch on the recorder's own monotonic
 * clock (performance.timeOrigin + performance.now()); `from` names the recorder. Only a `clock`
 * event relates two recorders.
 */
export const stamp = { atMs: z.number(), from: z.string().min(1) };
