import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import {
  clusterNames,
  command,
  hostPrograms,
  type Kubectl,
  kubectlFor,
  type Lab,
  labPlace,
  nodeContainers,
  onNode,
  openLab,
  reference,
  tryCommand,
} from "@svclab/kind";
import { svclab } from "./lab/command-line.ts";
import { eventually } from "./lab/eventually.ts";
import "./lab/own-state.ts";
import { counted, type Uplink, uplinkOf, watchUplink } from "./lab/uplink.ts";

const { name, cluster, network } = clusterNames("e2e-sealed");
const place = labPlace(name);
const sealed = { SVCLAB_SEALED: "1" };
/** TEST-NET-2 of RFC 5737: nobody's. The test's own rules drop what would go there. */
const nowhere = "198.51.100.1";

let lab: Lab;
let kubectl: Kubectl;
let uplink: Uplink;
let worker: string;
