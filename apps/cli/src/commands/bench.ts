import { exitCode } from "@svclab/contracts";
import { Command } from "commander";
import { type BenchWishes, benchmark } from "../benchmark.ts";
import { type NameOption, nameOption } from "./options.ts";

export const bench = (signal: AbortSignal): Command =>
  new Command("bench")
    .description(
      "measure what has a budget, and print it beside the budget; takes the cluster down first",
    )
    .addOption(nameOption().default("bench"))
    .option(
      "--cold",
      "remove all images first, and build them with an empty cache: about 20 min",
      false,
    )
    .action(async ({ name, ...wishes }: NameOption & BenchWishes) => {
      const rows = await benchmark(name, wishes, signal);
      for (const { what, measured, budget, unit } of rows)
        console.log(
          `${what.padEnd(46)}${figure(measured).padStart(8)} ${unit.padEnd(4)} budget ${budget} ${unit}`,
        );
      // What was not measured is not within it either.
      if (!rows.every(({ measured, budget }) => measured <= budget))
        process.exitCode = exitCode.broken;
    });

/** Why there is none is said as progress. */
function figure(measured: number): string {
  return Number.isNaN(measured) ? "none" : measured.toFixed(1);
}
