import { z } from "zod";

/** Every way in which ./svclab matrix takes a Pod, or what leads to it, away. */
export const KillMode = z.enum([
  "graceful",
  "graceful-without-pre-stop",
  "sigkill",
  "sigkill-behind-one-service",
  "sigkill-with-fast-rules",
  "force-delete",
  "crash",
  "readiness-off",
  "hang",
  "roll-out",
  "node-drained",
  "node-paused",
  "kube-proxy-restarted",
  "api-server-away",
]);
export type KillMode = z.infer<typeof KillMode>;

/** What one path showed in one round. */
export const PathRound = z.object({
  requests: z.number().int(),
  lost: z.number().int(),
  /** The longest time without an answer to one client of the path, ms. */
  silenceMs: z.number(),
});
export type PathRound = z.infer<typeof PathRound>;

/**
 * One kill and what came of it: a line of a file of rounds. The kill's time is that just before it was
 * sent; a program that has to be started for it, as for crash, readiness-off and node-drained, starts
 * after that.
 */
export const MatrixRound = z.object({
  kill: KillMode,
  run: z.string(),
  commit: z.string(),
  atMs: z.number(),
  /** By route, for example `cluster-ip/new`; without those whose prober stood still meanwhile. */
  paths: z.record(z.string(), PathRound),
  /** From the kill until the API said that the Pod is not ready, ms; null where it never did. */
  noticedMs: z.number().nullable(),
  /**
   * From the kill until no node's rules for the Pods' ClusterIP led to that Pod, ms; null where it was
   * not one Pod that was killed, or the rules were not seen on every node.
   */
  rulesMs: z.number().nullable(),
});
export type MatrixRound = z.infer<typeof MatrixRound>;
