import { Command } from "commander";
import { benchmark } from "../benchmark.ts";
import { type NameOption, nameOption } from "./options.ts";

export const bench = (signal: AbortSignal): Command =>
  new Command("bench")
    .description(
      "time what has a budget, and print it beside the budget; takes the cluster down first",
    )
    .addOption(nameOption().default("bench"))
    .action(async ({ name }: NameOption) => {
      const rows = await benchmark(name, signal);
      for (const { what, seconds, budget } of rows)
        console.log(`${what.padEnd(48)}${seconds.toFixed(1).padStart(8)} s   budget ${budget} s`);
      if (rows.some(({ seconds, budget }) => seconds > budget)) process.exitCode = 1;
    });
