import { type InstallWishes, labInstall, openLab } from "@svclab/kind";
import { Command } from "commander";
import { sayer } from "../say.ts";
import { type NameOption, nameOption } from "./options.ts";

export const install = (signal: AbortSignal): Command =>
  new Command("install")
    .description("build, load and roll out the sample application")
    .addOption(nameOption())
    .option("--faults", "switches that break the api on demand", false)
    .option("--database", "its three MySQL servers too; the default with two workers or more")
    .option("--no-database", "without them, where they are not there yet")
    .action(async ({ name, ...wishes }: NameOption & InstallWishes) => {
      await labInstall(await openLab(sayer(), signal), name, wishes);
      console.log("the application is rolled out");
    });
