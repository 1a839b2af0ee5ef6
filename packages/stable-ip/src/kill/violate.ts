import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseObjects } from "@svclab/cluster";
import type { NamedChange, Violation } from "../claim.ts";
import type { Hands } from "./hands.ts";
import { holdOneUnready } from "./hold-unready.ts";
import { recreateService } from "./recreate-service.ts";
import { applyVariant } from "./variant.ts";

const service = "api";

/** A mistake that shows only beside another change. */
const besides: Readonly<Record<string, (hands: Hands) => Promise<void>>> = {
  "publish-not-ready": holdOneUnready,
};

/** Makes the mistake for real, and writes it down when it is in force. */
export async function violate(hands: Hands, violation: Violation, variants: string): Promise<void> {
  const { how, name } = violation;
  if ("variant" in how) {
    const path = join(variants, `${how.variant}.yaml`);
    for (const object of parseObjects(await readFile(path, "utf8"), path)) {
      await applyVariant(hands, object);
    }
  } else {
    await named[how.fault](hands);
  }
  hands.record({ kind: "violation-applied", name });
  if ("variant" in how) await besides[how.variant]?.(hands);
}

const named: Readonly<Record<NamedChange, (hands: Hands) => Promise<void>>> = {
  "recreate-service": (hands) => recreateService(hands, service, "any-ip"),
  "recreate-service-same-ip": (hands) => recreateService(hands, service, "same-ip"),
  // Done in the place of delete-each; see kill-containers-instead.ts.
  "kill-container-instead": async () => {},
};
