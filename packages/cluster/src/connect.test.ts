import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { connect } from "./connect.ts";

async function program(t: TestContext, script: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "connect-"));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, "kubectl");
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

it("has kubectl resolve one context of one file, its secrets included", async (t) => {
  const kubectl = await program(
    t,
    `case "$*" in
*"--raw --minify --flatten"*--kubeconfig=/k/config*--context=kind-svclab*) echo '{"clusters":[],"users":[],"contexts":[],"current-context":"kind-svclab"}' ;;
*) exit 9 ;;
esac`,
  );
  await connect({ kubeconfig: "/k/config", context: "kind-svclab", kubectl });
});

it("says what kubectl said when it cannot", async (t) => {
  const kubectl = await program(t, "echo 'context does not exist' >&2; exit 1");
  await assert.rejects(connect({ kubeconfig: "/k/config", context: "kind-svclab", kubectl }), {
    code: "kubeconfig-unreadable",
    found: "context does not exist",
  });
});

it("asks nobody about a context that is not ours", async () => {
  const to = { kubeconfig: "/k/config", context: "prod", kubectl: "/does/not/exist" };
  await assert.rejects(connect(to), { code: "context-refused" });
});
