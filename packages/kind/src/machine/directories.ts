import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The top of the checkout. */
export function checkoutDir(): string {
  return resolve(import.meta.dirname, "../../../..");
}

/** What belongs to this checkout's clusters: kubeconfigs, pids, sockets, our own engine configuration. */
export function stateDir(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env["SVCLAB_STATE"] || join(checkoutDir(), ".svclab"));
}

/** What is dear to make and the same for every checkout: binaries and built images, by content. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(
    env["SVCLAB_CACHE"] || join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "svclab"),
  );
}

/** Nothing may be asked of hosts outside: SVCLAB_OFFLINE=1 says so, SVCLAB_SEALED=1 implies it. */
export function isOffline(env: NodeJS.ProcessEnv = process.env): boolean {
  return env["SVCLAB_OFFLINE"] === "1" || env["SVCLAB_SEALED"] === "1";
}
