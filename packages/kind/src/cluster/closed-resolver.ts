import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@svclab/contracts";
import { nobodysNameServer } from "../machine/containers-conf.ts";
import type { Engine } from "../machine/decide-engine.ts";

/**
 * Refuses where podman's name server would hand on what a sealed cluster asks. It is one process
 * for all of podman's networks, and keeps the name servers that it saw when it was started: by
 * whoever came first.
 * @throws ToolError resolver-open
 */
export async function requireClosedResolver(
  engine: Pick<Engine, "name">,
  proc = "/proc",
): Promise<void> {
  if (engine.name !== "podman") return;
  for (const pid of (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(join(proc, pid, file), "utf8").catch(() => "");
    if ((await read("comm")).trim() !== "aardvark-dns") continue;
    const outside = otherServers(await read("root/etc/resolv.conf"));
    if (outside.length === 0) continue;
    throw new ToolError({
      code: "resolver-open",
      expected: "podman's name server to ask nobody outside, as SVCLAB_SEALED=1 asks",
      found: `process ${pid}, started by an unsealed cluster or by another use of podman, asks ${outside.join(", ")}`,
      todo: "take unsealed clusters down and stop containers on podman networks that have DNS (podman ps), then the same again; or unset CONTAINERS_CONF where you set it; or SVCLAB_SEALED",
    });
  }
}

/** A name server on this machine counts: it asks outside in turn. */
function otherServers(resolvConf: string): string[] {
  const servers = [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, ip = ""]) => ip);
  return servers.filter((ip) => ip !== nobodysNameServer);
}
