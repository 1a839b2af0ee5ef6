import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cacheDir, checkoutDir, isOffline, stateDir } from "./directories.ts";

const rows: [string, string, string][] = [
  ["state is in the checkout", stateDir({}), join(checkoutDir(), ".svclab")],
  ["SVCLAB_STATE moves it", stateDir({ SVCLAB_STATE: "/tmp/s t" }), "/tmp/s t"],
  ["the cache is in the home directory", cacheDir({}), join(homedir(), ".cache/svclab")],
  ["XDG_CACHE_HOME moves it", cacheDir({ XDG_CACHE_HOME: "/x" }), "/x/svclab"],
  ["an empty XDG_CACHE_HOME does not", cacheDir({ XDG_CACHE_HOME: "" }), cacheDir({})],
  ["SVCLAB_CACHE wins", cacheDir({ XDG_CACHE_HOME: "/x", SVCLAB_CACHE: "/c" }), "/c"],
];
for (const [sentence, found, wanted] of rows) {
  test(sentence, () => assert.equal(found, wanted));
}

test("the checkout is where the entry point is", () => {
  assert.ok(existsSync(join(checkoutDir(), "svclab")));
});

test("sealed implies offline", () => {
  assert.deepEqual(
    [{}, { SVCLAB_OFFLINE: "1" }, { SVCLAB_SEALED: "1" }, { SVCLAB_OFFLINE: "0" }].map((env) =>
      isOffline(env),
    ),
    [false, true, true, false],
  );
});
