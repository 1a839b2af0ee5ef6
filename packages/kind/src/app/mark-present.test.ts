import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkoutDir } from "../machine/directories.ts";
import { markPresent } from "./mark-present.ts";

const deployment = readFileSync(join(checkoutDir(), "k8s/base/api/deployment.yaml"), "utf8");

const rows = [
  ["nothing is there", { "fault-switches": false, database: false }, ["absent", "absent"]],
  ["only the switches are", { "fault-switches": true, database: false }, ["present", "absent"]],
  ["only the database is", { "fault-switches": false, database: true }, ["absent", "present"]],
  ["both are", { "fault-switches": true, database: true }, ["present", "present"]],
] as const;
for (const [what, marks, [switches, database]] of rows)
  test(`the api's Pods are marked where ${what}`, () => {
    const marked = markPresent(deployment, marks);
    assert.match(marked, new RegExp(`^ +svclab.dev/fault-switches: ${switches}$`, "m"));
    assert.match(marked, new RegExp(`^ +svclab.dev/database: ${database}$`, "m"));
  });

test("a mark that no manifest has is not passed over", () => {
  assert.throws(() => markPresent(deployment, { colour: true }), /svclab\.dev\/colour/);
});
