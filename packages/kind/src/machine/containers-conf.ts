import { join } from "node:path";
import type { EngineAbout } from "./engine-answer.ts";
import type { Host } from "./host.ts";

/** podman's own default for both in a rootful container: RLimitDefaultValue in its libpod/define. */
const podmanDefaultLimit = 1_048_576;

/**
 * What podman must be told on this host, in containers.conf(5); null when its defaults stand.
 * It may not ask for more than the hard limit where this process may not raise it, and crun does
 * not run on version 1 cgroups with a version 2 hierarchy beside them. `sealed` is the folder of
 * sealedFiles, null where names may be asked for outside.
 */
export function containersConf(
  host: Host,
  podman: EngineAbout,
  sealed: string | null,
): string | null {
  if (host.os !== "linux" || podman.elsewhere) return null;
  const limits = (["nofile", "nproc"] as const)
    .filter((name) => !host.mayRaiseLimits && host.limits[name] < podmanDefaultLimit)
    .map((name) => `"${name}=${host.limits[name]}:${host.limits[name]}"`);
  const runc = host.cgroup !== "v2" && podman.runtime !== "runc";
  const containers = [
    ...(limits.length > 0 ? [`default_ulimits = [${limits.join(", ")}]`] : []),
    ...(sealed === null ? [] : [`base_hosts_file = "${join(sealed, "hosts")}"`]),
  ];
  const engine = [
    ...(runc ? ['runtime = "runc"'] : []),
    ...(sealed === null ? [] : [`helper_binaries_dir = ${JSON.stringify([sealed, ...helpers])}`]),
  ];
  const lines = [
    ...(containers.length > 0 ? ["[containers]", ...containers] : []),
    ...(engine.length > 0 ? ["[engine]", ...engine] : []),
  ];
  return lines.length === 0 ? null : `${lines.join("\n")}\n`;
}

/** podman's own list: helper_binaries_dir in containers.conf(5). */
const helpers = [
  "/usr/local/libexec/podman",
  "/usr/local/lib/podman",
  "/usr/libexec/podman",
  "/usr/lib/podman",
];

/** Loopback, where nobody listens: stub resolvers have 127.0.0.1 or 127.0.0.53. */
export const nobodysNameServer = "127.83.86.67";

/**
 * Files by which a name that no container has stays on this machine. podman's DNS server hands such
 * names to the host's name server, from the host itself, where no rule can tell whose question it
 * was: ours is started with a name server that is not there. kind's nodes ask for the host by
 * docker's name for it; the hosts file answers.
 */
export function sealedFiles(sealed: string): readonly { path: string; text: string }[] {
  const resolv = join(sealed, "resolv.conf");
  return [
    { path: resolv, text: `nameserver ${nobodysNameServer}\noptions timeout:1 attempts:1\n` },
    { path: join(sealed, "hosts"), text: "127.0.0.1 localhost host.docker.internal\n" },
    {
      path: join(sealed, "aardvark-dns"),
      text: `#!/bin/sh
for folder in ${helpers.join(" ")}; do
  if [ -x "$folder/aardvark-dns" ]; then
    exec unshare --mount sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' '${resolv}' "$folder/aardvark-dns" "$@"
  fi
done
exit 127
`,
    },
  ];
}

/**
 * CONTAINERS_CONF stands in for the system's files; since podman 4.5 CONTAINERS_CONF_OVERRIDE adds
 * to them. The older one is used up to 4, where it was tried.
 */
export function containersConfVariable(version: string): string {
  return Number.parseInt(version, 10) >= 5 ? "CONTAINERS_CONF_OVERRIDE" : "CONTAINERS_CONF";
}
