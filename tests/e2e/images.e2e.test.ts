import assert from "node:assert/strict";
import { before, test } from "node:test";
import { command, type Lab, openLab, reference } from "@svclab/kind";
import { useOwnState } from "./lab/own-state.ts";

useOwnState();

let lab: Lab;

before(async () => {
  lab = await openLab(() => undefined);
});

/** What Pods and programs count on in an image, by whichever lane it came. */
interface Contract {
  readonly image: string;
  readonly sentence: string;
  /** Options of `run`, as our manifests or the image's user would have them. */
  readonly as: readonly string[];
  readonly command: readonly string[];
  readonly prints: RegExp | ((lab: Lab) => RegExp);
}

const restricted = ["--read-only", "--cap-drop=ALL", "--user=10001:10001"];

const contracts: readonly Contract[] = [
  {
    image: "nodejs",
    sentence: "runs Node.js 24 for our servers, as nobody and on a read-only root",
    as: restricted,
    command: ["node", "-p", "process.version + ' ' + process.getuid()"],
    prints: /^v24\.\d+\.\d+ 10001$/,
  },
  {
    image: "nodejs",
    sentence: "has its program where the published image has it",
    as: restricted,
    command: ["sh", "-c", "command -v node"],
    prints: /^\/usr\/local\/bin\/node$/,
  },
  {
    image: "k6",
    sentence: "runs k6 at the locked version, as its own user and on a read-only root",
    as: ["--read-only", "--cap-drop=ALL", "--user=12345:12345", "--entrypoint=/usr/bin/k6"],
    command: ["version"],
    prints: ({ lock }) => new RegExp(`^k6(\\.exe)? ${lock.parts["k6"]?.version} `),
  },
  {
    image: "mysql",
    sentence: "runs the server at the locked version, as nobody and on a read-only root",
    as: restricted,
    command: ["sh", "-c", "mysqld --version"],
    prints: ({ lock }) => new RegExp(` Ver ${lock.images["mysql"]?.tag}\\.`),
  },
  {
    image: "mysql",
    sentence: "has the plugins of the group and of the clone where its server looks for them",
    as: restricted,
    command: [
      ...["sh", "-c"],
      'ls $(mysqld --no-defaults --verbose --help 2>/dev/null | while read -r name value; do [ "$name" != plugin-dir ] || echo "$value"; done)',
    ],
    prints: /^group_replication\.so$[\s\S]*^mysql_clone\.so$/m,
  },
  {
    image: "mysql",
    sentence: "has a client to look with",
    as: restricted,
    command: ["sh", "-c", "mysql --version"],
    prints: ({ lock }) => new RegExp(` Ver ${lock.images["mysql"]?.tag}\\.`),
  },
  {
    image: "envoy",
    sentence: "runs a shell's command line as cloud-provider-kind gives it",
    as: [],
    command: [
      ...["bash", "-c"],
      "echo -n > /home/envoy/envoy.yaml && command -v envoy && envoy --version",
    ],
    prints: /^\/usr\/local\/bin\/envoy\s+envoy +version: [0-9a-f]+\/1\.(3[3-9]|[4-9]\d)\.\d+\//,
  },
  ...[
    { program: "kubelet --version", version: "kubernetes" },
    { program: "kubeadm version -o short", version: "kubernetes" },
    { program: "kubectl version --client", version: "kubernetes" },
    { program: "cat /kind/version", version: "kubernetes" },
    { program: "containerd --version", version: "containerd" },
    { program: "ctr --version", version: "containerd" },
  ].map(({ program, version }) => ({
    image: "node",
    sentence: `tells the locked version of ${version} by ${program}`,
    as: ["--entrypoint=/bin/bash"],
    command: ["-c", program],
    prints: ({ lock }: Lab) =>
      new RegExp(
        `\\bv?${(version === "kubernetes" ? lock.kubernetes : lock.parts[version]?.version)?.replace("v", "")}\\b`,
      ),
  })),
  {
    image: "node",
    sentence: "has what kind, kube-proxy and a Pod's network need, where they look for it",
    as: ["--entrypoint=/bin/bash"],
    command: [
      "-c",
      "runc --version | head -n 1; nft --version; ls /opt/cni/bin; ls /kind/manifests; command -v ip conntrack nsenter; command -v /usr/local/bin/entrypoint",
    ],
    prints:
      /^runc version 1\.[\s\S]*nftables v1\.[\s\S]*host-local[\s\S]*portmap[\s\S]*ptp[\s\S]*default-cni\.yaml[\s\S]*default-storage\.yaml[\s\S]*\/usr\/local\/bin\/entrypoint$/,
  },
];

for (const { image, sentence, as, command: args, prints } of contracts)
  test(`${image} ${sentence}`, async () => {
    const printed = await inContainer(image, as, args);
    assert.match(printed, typeof prints === "function" ? prints(lab) : prints);
  });

test("node holds every image that kubeadm starts, ready to be unpacked", async () => {
  const script = `
      containerd --log-level=error >/dev/null 2>&1 &
      until ctr version >/dev/null 2>&1; do sleep 0.1; done
      kubeadm config images list --kubernetes-version ${lab.lock.kubernetes} 2>/dev/null | sed 's/^/wants /'
      ctr --namespace=k8s.io images ls -q | sed 's/^/has /'`;
  const printed = await inContainer(
    "node",
    ["--privileged", "--entrypoint=/bin/bash"],
    ["-c", script],
  );
  const lines = printed.split("\n");
  const those = (word: string) =>
    lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length));
  const wanted = those("wants ").filter((name) => !name.includes("/pause:"));
  assert.equal(wanted.length, 6);
  const present = new Set(those("has "));
  assert.deepEqual(
    wanted.filter((name) => !present.has(name)),
    [],
  );
  assert.ok([...present].some((name) => name.includes("/pause:")));
});

async function inContainer(
  id: string,
  as: readonly string[],
  args: readonly string[],
): Promise<string> {
  const image = lab.lock.images[id];
  assert.ok(image !== undefined, `the lock file has no image called ${id}`);
  const { program, env } = lab.engine;
  const run = ["run", "--rm", "--network=none", "--label=svclab.test=images"];
  const printed = await command(program, [...run, ...as, reference(image), ...args], {
    env,
    timeoutMs: 60_000,
  });
  return printed.trim();
}
