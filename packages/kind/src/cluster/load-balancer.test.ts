import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { command } from "../command.ts";
import { engineShim } from "./load-balancer.ts";

const rows: readonly [string, string[], string[]][] = [
  [
    "asked for all clusters' nodes, it lists this one's",
    ["ps", "-a", "--filter", "label=io.x-k8s.kind.cluster"],
    ["ps", "-a", "--filter", "label=io.x-k8s.kind.cluster=svclab-a"],
  ],
  [
    "asked for all proxies, as when the controller ends, it lists this cluster's",
    ["ps", "--filter", "label=io.x-k8s.cloud-provider-kind.cluster"],
    ["ps", "--filter", "label=io.x-k8s.cloud-provider-kind.cluster=svclab-a"],
  ],
  [
    "a question about one cluster stays that question",
    ["ps", "--filter", "label=io.x-k8s.kind.cluster=other"],
    ["ps", "--filter", "label=io.x-k8s.kind.cluster=other"],
  ],
  [
    "a proxy's administration is published on loopback only",
    ["run", "--publish=10000/TCP", "--publish-all", "image"],
    ["run", "--publish=127.0.0.1::10000/TCP", "image"],
  ],
  [
    "words with spaces, quotes and line ends come through whole",
    ["run", "image", "bash", "-c", "echo 'a  b'\n\"c\""],
    ["run", "image", "bash", "-c", "echo 'a  b'\n\"c\""],
  ],
];

for (const [sentence, asked, passedOn] of rows)
  test(sentence, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "svclab shim-"));
    t.after(() => rm(folder, { recursive: true }));
    const engine = join(folder, "engine");
    await writeFile(engine, '#!/bin/sh\nprintf "%s\\0" "$@"\n');
    const shim = join(folder, "shim");
    await writeFile(shim, engineShim(engine, "svclab-a"));
    for (const file of [engine, shim]) await chmod(file, 0o755);
    const said = await command(shim, asked);
    assert.deepEqual(said.split("\0").slice(0, -1), passedOn);
  });
