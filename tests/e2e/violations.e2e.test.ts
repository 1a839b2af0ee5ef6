import { test } from "node:test";
import { claims, databaseClaims } from "@svclab/stable-ip";
import { assertBrokenBy, assertNothingProved } from "./lab/proof.ts";

test("a control run, which does nothing to the database, proves nothing", () =>
  assertNothingProved(databaseClaims.map(({ id }) => id)));

/** The first mistake of each claim about the api is made in claims.e2e.test.ts. */
const others = [
  ...claims.flatMap(({ id, violations }) => violations.slice(1).map(({ name }) => ({ id, name }))),
  ...databaseClaims.flatMap(({ id, violations }) => violations.map(({ name }) => ({ id, name }))),
];
for (const { id, name } of others)
  test(`${id} is found broken by ${name}`, () => assertBrokenBy(id, name));
