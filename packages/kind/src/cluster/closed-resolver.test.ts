import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { requireClosedResolver } from "./closed-resolver.ts";

interface Process {
  readonly name: string;
  /** What it sees as /etc/resolv.conf; null where it sees none. */
  readonly resolv: string | null;
}

async function proc(context: TestContext, processes: readonly Process[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "resolver-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [at, { name, resolv }] of processes.entries()) {
    const etc = join(folder, `${at + 1}`, "root/etc");
    await mkdir(etc, { recursive: true });
    await writeFile(join(folder, `${at + 1}`, "comm"), `${name}\n`);
    if (resolv !== null) await writeFile(join(etc, "resolv.conf"), resolv);
  }
  return folder;
}

const podman = { name: "podman" } as const;
const open = "search example.com\nnameserver 192.0.2.53\n";
const closed = "nameserver 127.83.86.67\noptions timeout:1 attempts:1\n";
const stays: [string, Process[]][] = [
  ["no name server of podman's runs yet", [{ name: "systemd", resolv: open }]],
  [
    "it was started with a name server that is not there",
    [{ name: "aardvark-dns", resolv: closed }],
  ],
  ["it has no configuration to ask by", [{ name: "aardvark-dns", resolv: null }]],
];
for (const [sentence, processes] of stays)
  test(`nothing is refused where ${sentence}`, async (context) => {
    await requireClosedResolver(podman, await proc(context, processes));
  });

test("one that asks outside is refused, by its process and whom it asks", async (context) => {
  const running = [
    { name: "aardvark-dns", resolv: closed },
    { name: "aardvark-dns", resolv: `${open}nameserver 127.0.0.53\n` },
  ];
  await assert.rejects(requireClosedResolver(podman, await proc(context, running)), {
    code: "resolver-open",
    found:
      "process 2, started by an unsealed cluster or by another use of podman, asks 192.0.2.53, 127.0.0.53",
  });
});

test("another engine has nothing to do with it", async (context) => {
  const running = [{ name: "aardvark-dns", resolv: open }];
  await requireClosedResolver({ name: "docker" }, await proc(context, running));
});
