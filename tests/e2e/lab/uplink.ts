import assert from "node:assert/strict";
import { mkdir, readFile, rmdir, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command, type Engine, tryCommand } from "@svclab/kind";

const table = "svclab-e2e-uplink";

/** TEST-NET-2 of RFC 5737: nobody's. What is sent there is counted and dropped on this machine. */
export const nowhere = "198.51.100.1";

/** Counts what leaves by the device of the default route. */
export interface Uplink {
  readonly device: string;
  /** Put before a command, so that questions asked by it and all that it starts are told apart. */
  readonly tagged: readonly string[];
  /** Packets that left, by source address as it was before any masquerading. */
  sources(): Promise<ReadonlyMap<string, number>>;
  /** Packets to port 53 of any host outside, sent by tagged processes. */
  questions(): Promise<number>;
  remove(): Promise<void>;
}

/** Undefined, with nothing made, where this host has no way out or no version 2 cgroups. */
export async function watchUplink(): Promise<Uplink | undefined> {
  const [route] = JSON.parse(await command("ip", ["-json", "route", "show", "default"]));
  const hierarchy = await cgroup2();
  if (route === undefined || hierarchy === undefined) return undefined;
  const cgroup = join("/sys/fs/cgroup", hierarchy, table);
  const remove = async (): Promise<void> => {
    await tryCommand("nft", ["delete", "table", "inet", table]);
    await leave(cgroup);
  };
  await remove();
  await mkdir(cgroup);
  await command("nft", ["-f", "-"], { input: rules(route.dev, join(hierarchy, table)) });
  return {
    device: route.dev,
    tagged: ["bash", "-c", `echo $$ >${cgroup}/cgroup.procs; exec "$@"`, "tagged"],
    sources: async () => {
      const { set } = await listed(["set", "inet", table, "sources"], "set");
      const elements: { elem: { val: string; counter: { packets: number } } }[] = set.elem ?? [];
      return new Map(elements.map(({ elem }) => [elem.val, elem.counter.packets]));
    },
    questions: async () => {
      const { counter } = await listed(["counter", "inet", table, "questions"], "counter");
      return counter.packets;
    },
    remove,
  };
}

/** What the uplink saw come from these networks, a line for each address. */
export async function leaks({ sources }: Uplink, networks: readonly string[]): Promise<string[]> {
  const found = [...(await sources())].filter(([source]) =>
    networks.some((cidr) => within(source, cidr)),
  );
  return found.map(([source, packets]) => `${source}: ${packets} packets`);
}

/** Networks here are a /16 or a /24. */
function within(address: string, cidr: string): boolean {
  const [base = "", bits = "32"] = cidr.split("/");
  const octets = Number(bits) / 8;
  assert.ok(Number.isInteger(octets), cidr);
  const start = base.split(".").slice(0, octets).join(".");
  return address.startsWith(`${start}.`);
}

/** A cluster's Pod and Service networks and its network in the engine. */
export async function networksOf(engine: Engine, network: string): Promise<string[]> {
  const inspect = (format: string) =>
    command(engine.program, ["network", "inspect", network, "--format", format], {
      env: engine.env,
    });
  const labels = JSON.parse(await inspect("{{json .Labels}}"));
  const [subnet] = /\d+\.\d+\.\d+\.\d+\/\d+/.exec(await inspect("{{json .}}")) ?? [];
  assert.ok(subnet !== undefined);
  return [labels["svclab.pods"], labels["svclab.services"], subnet];
}

/** The output chain comes after the product's own, which refuses what a sealed controller asks. */
function rules(device: string, cgroup: string): string {
  return `table inet ${table} {
  counter questions {}
  set sources {
    type ipv4_addr
    size 65535
    flags dynamic
    counter
  }
  chain output {
    type filter hook output priority filter + 10; policy accept;
    oifname "${device}" socket cgroupv2 level 1 "${cgroup}" udp dport 53 counter name questions
    oifname "${device}" socket cgroupv2 level 1 "${cgroup}" tcp dport 53 counter name questions
    ip daddr ${nowhere} drop
  }
  chain postrouting {
    type filter hook postrouting priority srcnat - 10; policy accept;
    oifname "${device}" add @sources { ip saddr }
    ip daddr ${nowhere} drop
  }
}
`;
}

/** Where below /sys/fs/cgroup the version 2 hierarchy is: "" alone, "unified" beside version 1. */
async function cgroup2(): Promise<string | undefined> {
  const cgroup2SuperMagic = 0x63677270;
  for (const hierarchy of ["", "unified"]) {
    const found = await statfs(join("/sys/fs/cgroup", hierarchy)).catch(() => undefined);
    if (found?.type === cgroup2SuperMagic) return hierarchy;
  }
  return undefined;
}

/** A cgroup goes when nobody is in it: what still runs is moved to the top. */
async function leave(cgroup: string): Promise<void> {
  const pids = await readFile(join(cgroup, "cgroup.procs"), "utf8").catch(() => "");
  for (const pid of pids.split("\n").filter((line) => line !== ""))
    await writeFile(join(cgroup, "../cgroup.procs"), pid).catch(() => undefined);
  await rmdir(cgroup).catch(() => undefined);
}

async function listed(what: readonly string[], kind: string) {
  const { nftables } = JSON.parse(await command("nft", ["--json", "list", ...what]));
  return nftables.find((each: object) => kind in each);
}
