import { test } from "node:test";
import { claims, databaseClaims } from "@svclab/stable-ip";
import { assertBrokenBy, assertNothingProved, takesLong } from "./lab/proof.ts";

test("a control run, which does nothing to the database, proves nothing", () =>
  assertNothingProved(databaseClaims.map(({ id }) => id)));

/** The first mistake of a claim about the api is made in claims.e2e.test.ts, unless it takes long. */
const others = [
  ...claims.flatMap(({ id, violations }) =>
    violations.flatMap(({ name }, at) => (at > 0 || takesLong.has(name) ? [{ id, name }] : [])),
  ),
  ...databaseClaims.flatMap(({ id, violations }) => violations.map(({ name }) => ({ id, name }))),
];
for (const { id, name } of others)
  test(`${id} is found broken by ${name}`, () => assertBrokenBy(id, name));
