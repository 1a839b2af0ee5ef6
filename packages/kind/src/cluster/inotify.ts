import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@svclab/contracts";

/**
 * What systemd, kubelet, container runtime and Pods of a node hold: 34 were counted on a control
 * plane alone with its load balancer's proxy, 60 with two workers.
 */
const instancesOf = { controlPlane: 34, worker: 14 } as const;

/**
 * Refuses where the kernel will not give a new cluster's nodes the inotify instances that they
 * need: they would come up half, with "too many open files" in places that nobody looks at. All
 * nodes of a host share its root's limit, 128 by default; kind's known issues name 512. The limit
 * is the host's own and is left as it is.
 * @throws ToolError inotify-short
 */
export async function requireInotify(nodes: number, proc = "/proc"): Promise<void> {
  const setting = join(proc, "sys/fs/inotify/max_user_instances");
  const limit = Number(await readFile(setting, "utf8").catch(() => "0"));
  // No such setting: the engine has a kernel of its own.
  if (limit === 0) return;
  const used = await instancesOfRoot(proc);
  const needed = instancesOf.controlPlane + (nodes - 1) * instancesOf.worker;
  if (limit - used >= needed) return;
  throw new ToolError({
    code: "inotify-short",
    expected: `${needed} free inotify instances for ${nodes} nodes`,
    found: `${Math.max(0, limit - used)} free: fs.inotify.max_user_instances is ${limit}, ${used} are in use`,
    todo: "take another cluster down, give this one fewer --workers, or: sudo sysctl -w fs.inotify.max_user_instances=512",
  });
}

/** Of those processes that this one may look into; each instance is one open file. */
async function instancesOfRoot(proc: string): Promise<number> {
  const processes = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(
    processes.map(async (pid) => {
      const status = await readFile(join(proc, pid, "status"), "utf8").catch(() => "");
      if (!/^Uid:\s+0\s/m.test(status)) return 0;
      const folder = join(proc, pid, "fd");
      const files = await readdir(folder).catch(() => []);
      const links = await Promise.all(
        files.map((file) => readlink(join(folder, file)).catch(() => "")),
      );
      return links.filter((link) => link === "anon_inode:inotify").length;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
