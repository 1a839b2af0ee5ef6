import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "./explain.ts";

const rows = [
  ["ECONNREFUSED", "The connection was refused: no Pod behind the Service is ready."],
  ["ENOTFOUND", "The name api does not resolve: there is no such Service."],
  ["EAI_AGAIN", "The name api could not be resolved: the cluster's DNS does not answer."],
  ["EHOSTUNREACH", "The api could not be reached (EHOSTUNREACH)."],
] as const;
for (const [code, sentence] of rows) {
  test(`${code} is told in plain words`, () => {
    const error = Object.assign(new Error(code), { code });
    assert.equal(explain(error, new URL("http://api")), sentence);
  });
}
