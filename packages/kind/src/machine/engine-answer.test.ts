import assert from "node:assert/strict";
import { test } from "node:test";
import { dockerAnswer, podmanAnswer, type Said } from "./engine-answer.ts";

const socket = "unix:///var/run/docker.sock";
const docker = {
  ServerVersion: "28.2.2",
  OSType: "linux",
  Architecture: "x86_64",
  OperatingSystem: "Debian GNU/Linux 12",
  Name: "box",
  CgroupVersion: "2",
  DefaultRuntime: "runc",
  DockerRootDir: "/var/lib/docker",
  NCPU: 4,
  MemTotal: 8e9,
  SecurityOptions: ["name=seccomp,profile=builtin"],
};
const podman = {
  host: {
    os: "linux",
    arch: "amd64",
    cpus: 2,
    memTotal: 8e9,
    cgroupVersion: "v1",
    serviceIsRemote: false,
    security: { rootless: false },
    ociRuntime: { name: "crun" },
  },
  store: { graphRoot: "/var/lib/containers/storage" },
  version: { Version: "4.3.1" },
};

function ask(info: unknown, stderr = "", exitCode = 0): Said {
  return { stdout: info === null ? "" : JSON.stringify(info), stderr, exitCode };
}

test("docker that answers is read", () => {
  assert.deepEqual(dockerAnswer(ask(docker), socket), {
    kind: "answers",
    version: "28.2.2",
    rootless: false,
    cgroupVersion: 2,
    platform: "linux/amd64",
    runtime: "runc",
    storageRoot: "/var/lib/docker",
    cpus: 4,
    memoryBytes: 8e9,
    elsewhere: false,
  });
});

test("podman that answers is read", () => {
  assert.deepEqual(podmanAnswer(ask(podman)), {
    kind: "answers",
    version: "4.3.1",
    rootless: false,
    cgroupVersion: 1,
    platform: "linux/amd64",
    runtime: "crun",
    storageRoot: "/var/lib/containers/storage",
    cpus: 2,
    memoryBytes: 8e9,
    elsewhere: false,
  });
});

const noDaemon = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.";
const noRights =
  "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock";
const dockerRows: [string, Said, Partial<ReturnType<typeof dockerAnswer>>][] = [
  [
    "no daemon, exit code 1",
    ask({ ...docker, ServerVersion: "" }, noDaemon, 1),
    { kind: "silent", said: noDaemon },
  ],
  [
    "no daemon, exit code 0 and only a ServerErrors field",
    ask({ ServerErrors: [noDaemon] }),
    { kind: "silent", said: noDaemon },
  ],
  ["no rights on the socket", ask(null, noRights, 1), { kind: "denied", said: noRights }],
  [
    "no rights, told inside the answer",
    ask({ ServerErrors: [noRights] }),
    { kind: "denied", said: noRights },
  ],
  [
    "no answer in time",
    { ...ask(null), exitCode: undefined },
    { kind: "silent", said: "no answer in time" },
  ],
  ["podman in disguise", ask(podman), { kind: "emulated" }],
  [
    "rootless",
    ask({ ...docker, SecurityOptions: ["name=rootless"] }),
    { kind: "answers", rootless: true },
  ],
  [
    "Docker Desktop",
    ask({ ...docker, OperatingSystem: "Docker Desktop" }),
    { kind: "answers", elsewhere: true },
  ],
  [
    "an arm64 engine",
    ask({ ...docker, Architecture: "aarch64" }),
    { kind: "answers", platform: "linux/arm64" },
  ],
];
for (const [sentence, said, wanted] of dockerRows) {
  test(`docker: ${sentence}`, () =>
    assert.partialDeepStrictEqual(dockerAnswer(said, socket), wanted));
}

test("docker on another machine is elsewhere", () => {
  assert.partialDeepStrictEqual(dockerAnswer(ask(docker), "ssh://other"), { elsewhere: true });
});

test("podman: a warning is not the reason", () => {
  const said = ask(null, 'Error: cannot open storage\ntime="x" level=warning msg="CNI"\n', 125);
  assert.deepEqual(podmanAnswer(said), { kind: "silent", said: "Error: cannot open storage" });
});
