import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseObjects } from "@svclab/cluster";
import type { NamedChange, Violation } from "../claim.ts";
import type { Asking } from "../observe/asking.ts";
import { dropOnNodes, masqueradeOnNodes } from "./change-nodes.ts";
import type { Hands } from "./hands.ts";
import { recreateService } from "./recreate-service.ts";
import { applyVariant } from "./variant.ts";

const service = "api";

/** Those whose requests are judged. */
export type Clients = Pick<Asking, "connectAnew">;

/** Makes the mistake for real, and writes it down when it is in force. */
export async function violate(
  hands: Hands,
  violation: Violation,
  variants: string,
  clients: Clients,
): Promise<void> {
  const { how, name } = violation;
  if ("variant" in how) {
    const path = join(variants, `${how.variant}.yaml`);
    for (const object of parseObjects(await readFile(path, "utf8"), path)) {
      await applyVariant(hands, name, object);
    }
  } else {
    await named[how.fault as NamedChange](hands, name, clients);
  }
  hands.record({ kind: "violation-applied", name });
}

type Change = (hands: Hands, violation: string, clients: Clients) => Promise<unknown>;

const named: Readonly<Record<NamedChange, Change>> = {
  "kept-connections-anew": (_hands, _name, clients) => clients.connectAnew("cluster-ip/kept"),
  "recreate-service": (hands, name) => recreateService(hands, service, "any-ip", name),
  "recreate-service-same-ip": (hands, name) => recreateService(hands, service, "same-ip", name),
  "dropped-not-refused": dropOnNodes,
  masqueraded: masqueradeOnNodes,
  // These are made where Services are tried; see try-services.ts.
  "asks-for-a-free-ip": async () => {},
  "asks-for-a-free-node-port": async () => {},
  // These are made in the place of delete-each; see faults.ts.
  "kill-container-instead": async () => {},
  "force-delete-instead": async () => {},
};
