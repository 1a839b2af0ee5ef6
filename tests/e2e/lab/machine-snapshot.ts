import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { command, type Engine, tryCommand } from "@svclab/kind";

/** What of the machine a cluster could leave behind, each as sorted lines. */
export type Snapshot = Readonly<Record<string, readonly string[]>>;

/** Labels of containers, volumes and networks that belong to some cluster or some other test. */
const ownerLabels = [
  "io.x-k8s.kind.cluster",
  "io.x-k8s.cloud-provider-kind.cluster",
  "svclab.cluster",
  "svclab.test",
];

/**
 * The machine but for other clusters, which may come and go meanwhile: a demo may be up beside a
 * test. `folder` is where the cluster's files are, when there are any.
 */
export async function snapshot(
  engine: Engine,
  { cluster, folder }: { readonly cluster: string; readonly folder: string },
): Promise<Snapshot> {
  const inEngine = async (kind: "container" | "volume" | "network") => {
    const found = await labelled(engine, kind);
    return found.filter(({ owner }) => owner === undefined || owner === cluster);
  };
  const named = async (kind: "container" | "volume" | "network") =>
    (await inEngine(kind)).map(({ name }) => name);
  const othersNetworks = (await labelled(engine, "network")).filter(
    ({ owner }) => owner !== undefined && owner !== cluster,
  );
  const others = new Set(othersNetworks.map(({ name }) => name));
  const bridges = new Set(othersNetworks.map(({ bridge }) => bridge));
  return sorted({
    containers: await named("container"),
    volumes: await named("volume"),
    networks: await named("network"),
    tables: (await tables()).filter((table) => !others.has(table.split(" ").at(-1) ?? "")),
    links: await links(bridges),
    routes: await routes(bridges, others.size > 0),
    processes: await processes([cluster, folder]),
    files: await readdir(folder).catch(() => []),
    kubeconfig: [await fileFacts(join(homedir(), ".kube", "config"))],
  });
}

interface Labelled {
  readonly name: string;
  readonly owner: string | undefined;
  readonly bridge: string;
}

async function labelled(
  engine: Engine,
  kind: "container" | "volume" | "network",
): Promise<Labelled[]> {
  const list = kind === "container" ? ["ps", "--all", "--quiet"] : [kind, "ls", "--quiet"];
  const ids = (await command(engine.program, list, { env: engine.env })).split("\n");
  const found = await Promise.all(
    ids.filter((id) => id !== "").map((id) => inspect(engine, kind, id)),
  );
  return found.filter((each) => each !== undefined);
}

async function inspect(
  engine: Engine,
  kind: "container" | "volume" | "network",
  id: string,
): Promise<Labelled | undefined> {
  const said = await tryCommand(engine.program, [kind, "inspect", id], { env: engine.env });
  // It may have gone since it was listed.
  if (said.exitCode !== 0) return undefined;
  const [found] = JSON.parse(said.stdout);
  const labels: Record<string, string> = found.Config?.Labels ?? found.labels ?? found.Labels ?? {};
  const owner = ownerLabels.map((label) => labels[label]).find((value) => value !== undefined);
  // kind labels a volume with its node's name.
  const node = Object.keys(labels).find((label) => /-(control-plane|worker\d*)$/.test(label));
  return {
    name: found.Name ?? found.name,
    owner: owner ?? node?.replace(/-(control-plane|worker\d*)$/, ""),
    bridge: found.network_interface ?? `br-${String(found.Id ?? "").slice(0, 12)}`,
  };
}

async function tables(): Promise<string[]> {
  const { exitCode, stdout } = await tryCommand("nft", ["list", "tables"]);
  return exitCode === 0 ? stdout.split("\n").filter((line) => line !== "") : [];
}

async function links(others: ReadonlySet<string>): Promise<string[]> {
  const found: { ifname: string; master?: string }[] = JSON.parse(
    await command("ip", ["-json", "link", "show"]),
  );
  return found
    .filter(({ ifname, master }) => !others.has(ifname) && !others.has(master ?? ""))
    .map(({ ifname }) => ifname);
}

/** Our unreachable routes are everybody's: they say nothing while another cluster is there. */
async function routes(others: ReadonlySet<string>, shared: boolean): Promise<string[]> {
  const found: { dst: string; type?: string; dev?: string }[] = JSON.parse(
    await command("ip", ["-json", "-4", "route", "show", "table", "all"]),
  );
  return found
    .filter(({ dev }) => !others.has(dev ?? ""))
    .filter(({ type }) => !(shared && type === "unreachable"))
    .map(({ dst, type = "unicast", dev = "-" }) => `${type} ${dst} ${dev}`);
}

/** Those of the host's processes whose command line has one of these words in it. */
export async function processes(words: readonly string[]): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines
    .map((line) => line.replaceAll("\0", " ").trim())
    .filter((line) => words.some((word) => line.includes(word)));
}

async function fileFacts(path: string): Promise<string> {
  return stat(path).then(
    ({ mtimeMs, size }) => `${path}: ${size} bytes of ${mtimeMs}`,
    () => `${path}: absent`,
  );
}

function sorted(parts: Record<string, string[]>): Snapshot {
  return Object.fromEntries(Object.entries(parts).map(([name, lines]) => [name, lines.sort()]));
}
