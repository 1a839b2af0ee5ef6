import assert from "node:assert/strict";
import { test } from "node:test";
import { decideEngine, type EngineFacts } from "./decide-engine.ts";
import type { EngineAnswer } from "./engine-answer.ts";
import type { Host } from "./host.ts";

const debian: Host = {
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
const user: Host = { ...debian, root: false, mayRaiseLimits: false, mayAddRoutes: false };
const mac: Host = { ...user, os: "darwin", arch: "arm64", distro: [], cgroup: null };

function engine(more: Partial<Extract<EngineAnswer, { kind: "answers" }>> = {}): EngineAnswer {
  return {
    kind: "answers",
    version: "28.2.2",
    rootless: false,
    cgroupVersion: 2,
    platform: "linux/amd64",
    runtime: "runc",
    storageRoot: "/var/lib/engine",
    cpus: 2,
    memoryBytes: 8e9,
    elsewhere: false,
    ...more,
  };
}
const podman = (more = {}): EngineAnswer => engine({ version: "4.3.1", runtime: "crun", ...more });
const silent: EngineAnswer = { kind: "silent", said: "Cannot connect to the Docker daemon" };
const denied: EngineAnswer = { kind: "denied", said: "permission denied on the socket" };
const absent: EngineAnswer = { kind: "absent" };

function facts(more: Partial<EngineFacts>): EngineFacts {
  return {
    host: debian,
    docker: absent,
    podman: absent,
    programs: { docker: "/usr/bin/docker", podman: "/usr/bin/podman" },
    wanted: "",
    hasOwnConf: false,
    missingPackages: [],
    hasRunc: true,
    stateDir: "/s",
    sealed: false,
    ...more,
  };
}

const used: [string, Partial<EngineFacts>, object][] = [
  [
    "docker that answers is used",
    { docker: engine() },
    {
      engine: {
        name: "docker",
        program: "/usr/bin/docker",
        env: { KIND_EXPERIMENTAL_PROVIDER: "docker" },
      },
    },
  ],
  [
    "a docker command without a daemon gives way to podman",
    { docker: silent, podman: podman() },
    {
      engine: { name: "podman", env: { KIND_EXPERIMENTAL_PROVIDER: "podman" } },
      conf: null,
      makeDirectories: [],
    },
  ],
  [
    "a sealed podman asks no name server outside",
    { podman: podman(), sealed: true },
    {
      conf: {
        path: "/s/containers-sealed.conf",
        text: `[containers]
base_hosts_file = "/s/sealed/hosts"
[engine]
helper_binaries_dir = ["/s/sealed","/usr/local/libexec/podman","/usr/local/lib/podman","/usr/libexec/podman","/usr/lib/podman"]
`,
      },
    },
  ],
  [
    "a docker that is podman in disguise is called podman",
    { docker: { kind: "emulated" }, podman: podman() },
    { engine: { name: "podman" } },
  ],
  [
    "rootless docker gives way to rootful podman",
    { docker: engine({ rootless: true }), podman: podman() },
    { engine: { name: "podman" } },
  ],
  [
    "docker is used even where packages for podman are missing",
    { docker: engine(), missingPackages: ["podman"] },
    { engine: { name: "docker" } },
  ],
  [
    "the user's choice wins",
    { docker: engine(), podman: podman(), wanted: "podman" },
    { engine: { name: "podman" } },
  ],
  [
    "a hard limit below podman's default is written down",
    {
      podman: podman(),
      host: { ...debian, mayRaiseLimits: false, limits: { nofile: 20_000, nproc: 96_365 } },
    },
    {
      conf: {
        path: "/s/containers.conf",
        text: '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=96365:96365"]\n',
      },
      engine: { env: { CONTAINERS_CONF: "/s/containers.conf" } },
    },
  ],
  [
    "only the limit that is too low is",
    {
      podman: podman(),
      host: {
        ...debian,
        mayRaiseLimits: false,
        limits: { nofile: 20_000, nproc: Number.POSITIVE_INFINITY },
      },
    },
    { conf: { text: '[containers]\ndefault_ulimits = ["nofile=20000:20000"]\n' } },
  ],
  [
    "a process that may raise its limits needs nothing",
    { podman: podman(), host: { ...debian, limits: { nofile: 1024, nproc: 1024 } } },
    { conf: null },
  ],
  [
    "crun is replaced on a hybrid cgroup hierarchy",
    { podman: podman(), host: { ...debian, cgroup: "hybrid" } },
    { conf: { text: '[engine]\nruntime = "runc"\n' } },
  ],
  [
    "runc is kept there without being told",
    { podman: podman({ runtime: "runc" }), host: { ...debian, cgroup: "v1" } },
    { conf: null },
  ],
  [
    "the caller's own containers.conf is left alone",
    { podman: podman(), host: { ...debian, cgroup: "v1" }, hasOwnConf: true },
    { conf: null, engine: { env: { KIND_EXPERIMENTAL_PROVIDER: "podman" } } },
  ],
  [
    "podman 5 gets an override beside the system's files",
    { podman: podman({ version: "5.4.0" }), host: { ...debian, cgroup: "hybrid" } },
    { engine: { env: { CONTAINERS_CONF_OVERRIDE: "/s/containers.conf" } } },
  ],
  [
    "/lib/modules is made for podman",
    { podman: podman(), host: { ...debian, hasLibModules: false } },
    { makeDirectories: ["/lib/modules"] },
  ],
  [
    "but not for docker, which makes it",
    { docker: engine(), host: { ...debian, hasLibModules: false } },
    { makeDirectories: [] },
  ],
  [
    "Docker Desktop on macOS is used, its addresses out of reach",
    { docker: engine({ elsewhere: true }), host: mac },
    { engine: { hostIsLinux: false, addressesReachable: false } },
  ],
  [
    "Docker Desktop on Linux too",
    { docker: engine({ elsewhere: true }) },
    { engine: { hostIsLinux: true, addressesReachable: false } },
  ],
  [
    "a user in the docker group needs no root",
    { docker: engine(), host: user },
    { engine: { addressesReachable: true } },
  ],
];
for (const [sentence, more, wanted] of used) {
  test(sentence, () => {
    assert.partialDeepStrictEqual(decideEngine(facts(more)), { act: "use", ...wanted });
  });
}

const installed: [string, Partial<EngineFacts>, string[]][] = [
  [
    "with neither, root on Debian gets podman",
    { missingPackages: ["podman", "runc"] },
    ["podman", "runc"],
  ],
  [
    "only what is missing is installed",
    { podman: podman(), missingPackages: ["conntrack"] },
    ["conntrack"],
  ],
  [
    "a docker command without a daemon does not hold it up",
    { docker: silent, missingPackages: ["podman"] },
    ["podman"],
  ],
  [
    "nor does rootless docker",
    { docker: engine({ rootless: true }), missingPackages: ["podman"] },
    ["podman"],
  ],
];
for (const [sentence, more, packages] of installed) {
  test(sentence, () => assert.deepEqual(decideEngine(facts(more)), { act: "install", packages }));
}

const fedora = { ...debian, distro: ["fedora"] };
const refused: [string, Partial<EngineFacts>, string, RegExp][] = [
  [
    "with neither, a user on Debian is told the command",
    { host: user, missingPackages: ["podman"] },
    "engine-missing",
    /^sudo apt-get install --no-install-recommends docker\.io && .*usermod -aG docker/,
  ],
  ["root on Fedora is told dnf's", { host: fedora }, "engine-missing", /^dnf install -y podman/],
  [
    "a user on Rocky is not told Fedora's",
    { host: { ...user, distro: ["rocky", "rhel", "centos", "fedora"] } },
    "engine-missing",
    /docker-ce/,
  ],
  [
    "a user on Arch is told pacman's",
    { host: { ...user, distro: ["arch"] } },
    "engine-missing",
    /^sudo pacman/,
  ],
  [
    "a user on openSUSE is told zypper's",
    { host: { ...user, distro: ["opensuse-leap", "suse", "opensuse"] } },
    "engine-missing",
    /^sudo zypper/,
  ],
  [
    "a Mac user is told Docker Desktop",
    { host: mac },
    "engine-missing",
    /^brew install --cask docker-desktop/,
  ],
  ["Windows is sent to WSL", { host: { ...mac, os: "win32" } }, "engine-missing", /WSL/],
  [
    "an unknown Linux is sent to Docker's pages",
    { host: { ...user, distro: ["void"] } },
    "engine-missing",
    /docs\.docker\.com/,
  ],
  [
    "an engine without rights is told apart",
    { host: user, docker: denied },
    "engine-denied",
    /usermod -aG docker/,
  ],
  [
    "a daemon that is down is told apart",
    { host: user, docker: silent },
    "engine-not-running",
    /^sudo systemctl start docker/,
  ],
  [
    "so is Docker Desktop",
    { host: mac, docker: silent },
    "engine-not-running",
    /start Docker Desktop/,
  ],
  [
    "podman that fails with all parts there is not reinstalled",
    { podman: { kind: "silent", said: "cannot open storage" } },
    "engine-not-running",
    /podman info/,
  ],
  [
    "rootless podman is refused",
    { host: user, podman: podman({ rootless: true }) },
    "engine-rootless",
    /^run this as root, or use Docker: sudo apt-get/,
  ],
  [
    "rootless docker is refused",
    { host: user, docker: engine({ rootless: true }) },
    "engine-rootless",
    /as root/,
  ],
  [
    "a rootless podman machine on macOS is",
    { host: mac, podman: podman({ rootless: true, elsewhere: true }) },
    "engine-rootless",
    /machine set --rootful/,
  ],
  [
    "denied is nearer than rootless",
    { host: user, docker: denied, podman: podman({ rootless: true }) },
    "engine-denied",
    /log in again/,
  ],
  [
    "an old podman is refused",
    { podman: podman({ version: "3.4.4" }) },
    "engine-too-old",
    /docker/,
  ],
  [
    "an old docker is refused",
    { docker: engine({ version: "19.03.8" }) },
    "engine-too-old",
    /newer docker/,
  ],
  [
    "a hybrid cgroup hierarchy without runc is refused",
    { host: { ...fedora, cgroup: "hybrid" }, podman: podman(), hasRunc: false },
    "engine-runtime-missing",
    /runc/,
  ],
  [
    "an engine nobody knows is refused",
    { docker: engine(), wanted: "nerdctl" },
    "engine-unknown",
    /unset/,
  ],
];
for (const [sentence, more, code, todo] of refused) {
  test(sentence, () => {
    const decision = decideEngine(facts(more));
    assert.equal(decision.act, "refuse");
    assert.equal(decision.why.code, code);
    assert.match(decision.why.todo, todo);
  });
}
