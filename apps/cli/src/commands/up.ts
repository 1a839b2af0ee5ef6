import { labPlace, labUp, openLab } from "@svclab/kind";
import { Command } from "commander";
import { sayer } from "../say.ts";
import {
  type NameOption,
  nameOption,
  type ProxyOption,
  proxyOption,
  type WorkersOption,
  workersOption,
} from "./options.ts";

export const up = (signal: AbortSignal): Command =>
  new Command("up")
    .description("bring up a cluster, or leave a whole one as it is")
    .addOption(nameOption())
    .addOption(proxyOption())
    .addOption(workersOption())
    .option("--retain", "leave what was begun when it fails", false)
    .action(async (options: NameOption & ProxyOption & WorkersOption & { retain: boolean }) => {
      const say = sayer();
      const changed = await labUp(await openLab(say, signal), options.name, options);
      const { cluster, kubeconfig } = labPlace(options.name);
      console.log(`${cluster} is ${changed ? "up" : "up already; nothing was changed"}`);
      console.log(`export KUBECONFIG="${kubeconfig}"`);
    });
