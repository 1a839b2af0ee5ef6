import { labDown, openLab } from "@svclab/kind";
import { Command } from "commander";
import { sayer } from "../say.ts";
import { type NameOption, nameOption } from "./options.ts";

export const down = (signal: AbortSignal): Command =>
  new Command("down")
    .description("remove a cluster and everything that belongs to it")
    .addOption(nameOption())
    .action(async ({ name }: NameOption) => {
      const there = await labDown(await openLab(sayer(), signal), name);
      console.log(there ? `${name} is gone` : `${name} was not there`);
    });
