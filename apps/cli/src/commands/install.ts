import { labInstall, openLab } from "@svclab/kind";
import { Command } from "commander";
import { sayer } from "../say.ts";
import { type NameOption, nameOption } from "./options.ts";

export const install = (signal: AbortSignal): Command =>
  new Command("install")
    .description("build, load and roll out the sample application")
    .addOption(nameOption())
    .option("--faults", "switches that break the api on demand", false)
    .action(async ({ name, faults }: NameOption & { faults: boolean }) => {
      await labInstall(await openLab(sayer(), signal), name, { faults });
      console.log("the application is rolled out");
    });
