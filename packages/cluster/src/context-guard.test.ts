import assert from "node:assert/strict";
import { it } from "node:test";
import { refuseForeignContext } from "./context-guard.ts";

for (const context of ["kind-svclab", "kind-svclab-e2e"]) {
  it(`lets ${context} pass`, () => refuseForeignContext(context));
}
for (const context of ["", "kind-kind", "prod", "kind-svclabor", "my-kind-svclab"]) {
  it(`refuses "${context}" as a wrong call`, () => {
    assert.throws(() => refuseForeignContext(context), { code: "context-refused", exit: 2 });
  });
}
it("lets a context pass that was named on purpose", () => refuseForeignContext("lab", ["lab"]));
