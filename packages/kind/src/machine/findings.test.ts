import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineFacts } from "./decide-engine.ts";
import type { EngineAnswer } from "./engine-answer.ts";
import type { Finding } from "./finding.ts";
import { findings } from "./findings.ts";
import { formatFindings } from "./format-findings.ts";
import type { Host } from "./host.ts";
import type { MachineFacts } from "./machine-facts.ts";

const host: Host = {
  os: "linux",
  arch: "amd64",
  root: true,
  distro: ["debian"],
  cgroup: "v2",
  limits: { nofile: 1_048_576, nproc: Number.POSITIVE_INFINITY },
  mayRaiseLimits: true,
  mayAddRoutes: true,
  hasLibModules: true,
};
const podman: EngineAnswer = {
  kind: "answers",
  version: "5.4.0",
  rootless: false,
  cgroupVersion: 2,
  platform: "linux/amd64",
  runtime: "crun",
  storageRoot: "/var/lib/containers/storage",
  cpus: 2,
  memoryBytes: 8 * 2 ** 30,
  elsewhere: false,
};
const engine: EngineFacts = {
  host,
  docker: { kind: "absent" },
  podman,
  programs: { docker: null, podman: "/usr/bin/podman" },
  wanted: "",
  hasOwnConf: false,
  missingPackages: [],
  hasRunc: true,
  stateDir: "/s",
  sealed: false,
};
const good: MachineFacts = {
  engine,
  tools: {
    git: "git version 2",
    make: "GNU Make 4",
    node: "v24.21.0",
    npm: "11.21.2",
    go: "go version go1.26.8 linux/amd64",
    ip: "ip utility, iproute2-6.1.0",
  },
  diskFree: { cache: 20e9, images: 20e9 },
  memoryBytes: 8 * 2 ** 30,
  cpus: 2,
  registryAnswers: true,
  sealed: false,
  hasMmdebstrap: true,
  ports: [],
  kernel: { bridge: true, veth: true },
  locale: "C.UTF-8",
  terminal: true,
};
const on = (more: Partial<Host>): Partial<MachineFacts> => ({
  engine: { ...engine, host: { ...host, ...more } },
});
const elsewhere = { engine: { ...engine, podman: { ...podman, elsewhere: true } } };
const noEngine = {
  engine: { ...engine, podman: { kind: "absent" as const }, host: { ...host, root: false } },
};

test("a machine that has all of it gets only yes, and nothing to do", () => {
  assert.deepEqual(
    findings(good).filter(({ ok, todo }) => ok !== "yes" || todo !== null),
    [],
  );
});

const rows: [string, Partial<MachineFacts>, string, Finding["ok"], RegExp][] = [
  ["no git", { tools: { ...good.tools, git: null } }, "git", "no", /install git/],
  ["no ip", { tools: { ...good.tools, ip: null } }, "ip", "no", /install iproute2/],
  ["no engine", noEngine, "engine", "no", /sudo apt-get install .*docker\.io/],
  [
    "packages that up installs",
    { engine: { ...engine, missingPackages: ["conntrack"] } },
    "engine",
    "warn",
    /conntrack/,
  ],
  [
    "rootless podman",
    { engine: { ...engine, podman: { ...podman, rootless: true } } },
    "engine",
    "no",
    /namespace of their own/,
  ],
  ["an engine in a virtual machine", elsewhere, "engine", "warn", /published ports/],
  [
    "whose disk is not known",
    { ...elsewhere, diskFree: { cache: 20e9, images: null } },
    "disk for images",
    "warn",
    /not known/,
  ],
  ["a hybrid cgroup hierarchy", on({ cgroup: "hybrid" }), "cgroup", "warn", /hybrid/],
  [
    "crun on it is switched",
    on({ cgroup: "hybrid" }),
    "runtime",
    "yes",
    /crun, switched to runc by \/s\/containers\.conf/,
  ],
  [
    "unless the user has a CONTAINERS_CONF",
    { engine: { ...engine, hasOwnConf: true, host: { ...host, cgroup: "v1" } } },
    "runtime",
    "warn",
    /your CONTAINERS_CONF/,
  ],
  [
    "limits that cannot be raised",
    on({ limits: { nofile: 20_000, nproc: 1 }, mayRaiseLimits: false }),
    "limits",
    "warn",
    /20000/,
  ],
  ["routes that may not be added", on({ mayAddRoutes: false }), "routes", "warn", /real network/],
  [
    "which is refused when sealed",
    { ...on({ mayAddRoutes: false }), sealed: true },
    "routes",
    "no",
    /SVCLAB_SEALED/,
  ],
  [
    "too little disk for the cache",
    { diskFree: { cache: 14.9e9, images: 20e9 } },
    "disk for the cache",
    "no",
    /14\.9 GB/,
  ],
  [
    "too little disk for images",
    { diskFree: { cache: 20e9, images: 1e9 } },
    "disk for images",
    "no",
    /1\.0 GB/,
  ],
  [
    "too little memory in the engine",
    { engine: { ...engine, podman: { ...podman, memoryBytes: 4 * 2 ** 30 } } },
    "memory",
    "no",
    /4\.0 GiB/,
  ],
  [
    "one core",
    { engine: { ...engine, podman: { ...podman, cpus: 1 } } },
    "cores",
    "warn",
    /longer/,
  ],
  ["no registry but Go", { registryAnswers: false }, "go", "yes", /1\.26/],
  [
    "no registry and no Go",
    { registryAnswers: false, tools: { ...good.tools, go: null } },
    "go",
    "no",
    /install Go/,
  ],
  [
    "no registry and an old Go",
    { registryAnswers: false, tools: { ...good.tools, go: "go version go1.24.3 linux/amd64" } },
    "go",
    "no",
    /newer Go/,
  ],
  [
    "a Go of the next major version",
    { registryAnswers: false, tools: { ...good.tools, go: "go version go2.0 linux/amd64" } },
    "go",
    "yes",
    /go2/,
  ],
  ["a registry that was not asked", { registryAnswers: null }, "registry", "warn", /not asked/],
  [
    "no mmdebstrap where up installs it",
    { registryAnswers: false, hasMmdebstrap: false },
    "mmdebstrap",
    "warn",
    /svclab up runs apt-get/,
  ],
  [
    "no mmdebstrap elsewhere",
    { ...on({ root: false }), registryAnswers: false, hasMmdebstrap: false },
    "mmdebstrap",
    "no",
    /sudo apt-get/,
  ],
  ["a port that is taken", { ports: [{ port: 8080, free: false }] }, "port 8080", "no", /ss -ltnp/],
  [
    "a kernel without veth",
    { kernel: { bridge: true, veth: false } },
    "kernel",
    "no",
    /without veth/,
  ],
  ["a kernel that does not tell", { kernel: null }, "kernel", "warn", /cannot be read/],
  ["a locale that is not UTF-8", { locale: "C" }, "locale", "yes", /ASCII/],
  ["no terminal", { terminal: false }, "terminal", "yes", /plain lines/],
];
for (const [sentence, more, what, ok, words] of rows) {
  test(`${sentence}: ${ok}`, () => {
    const found = findings({ ...good, ...more }).find((row) => row.what === what);
    assert.equal(found?.ok, ok);
    assert.match(`${found.found} ${found.todo}`, words);
  });
}

const absent: [string, Partial<MachineFacts>, string][] = [
  ["go is not asked for where a registry answers", { tools: { ...good.tools, go: null } }, "go"],
  ["routes are not asked for where the engine is elsewhere", elsewhere, "routes"],
  ["nor is this host's kernel", elsewhere, "kernel"],
  ["cgroups are not told without an engine", noEngine, "cgroup"],
];
for (const [sentence, more, what] of absent) {
  test(sentence, () => assert.ok(!findings({ ...good, ...more }).some((row) => row.what === what)));
}

test("every no says what to do", () => {
  for (const [sentence, more] of rows) {
    for (const row of findings({ ...good, ...more }))
      assert.ok(row.ok !== "no" || row.todo, sentence);
  }
});

test("80 columns of ASCII, what to do below what was found", () => {
  const text = formatFindings(
    findings({ ...good, ...noEngine, tools: { ...good.tools, git: null } }),
  );
  assert.match(text, /^[\x20-\x7e\n]*$/);
  assert.ok(text.split("\n").every((line) => line.length <= 80));
  assert.match(text, /^NO {3}git +not on PATH \(wanted: any\)\n +-> install git$/m);
  assert.match(text, /^2 to be put right first\.$/m);
});

test("a machine that will do is told so", () => {
  assert.match(formatFindings(findings(good)), /This machine will do\.\n$/);
});
