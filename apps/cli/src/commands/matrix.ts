import { join, relative, resolve } from "node:path";
import { KillMode } from "@svclab/contracts";
import { checkoutDir, labInstall, openLab } from "@svclab/kind";
import { rowsOf, toMatrixMarkdown, toMatrixText } from "@svclab/stable-ip";
import { Command, InvalidArgumentError, Option } from "commander";
import { chooseKills } from "../choose-claims.ts";
import { openJsonLines } from "../json-lines.ts";
import { measureMatrix, nextBlock, readRounds, requireReachable } from "../matrix.ts";
import { sayer } from "../say.ts";
import { type NameOption, nameOption } from "./options.ts";

interface MatrixOptions extends NameOption {
  readonly rounds: number;
  readonly minutes: number;
  readonly file: string;
  readonly show: boolean;
  readonly output: "text" | "markdown";
}

/** In the checkout. */
const usualFile = "runs/matrix.jsonl";

export const matrix = (signal: AbortSignal): Command =>
  new Command("matrix")
    .description("what each kill costs, by the way to the Pods: requests lost, and silence")
    .argument("[kill...]", `all when none is named: ${KillMode.options.join(", ")}`)
    .addOption(nameOption())
    .option("--rounds <n>", "of each kill, those in the file counted", whole, 20)
    .option("--minutes <n>", "begin nothing new after so long; the next call goes on", whole, 40)
    .option("--file <file>", `where rounds add up; else ${usualFile} in the checkout`)
    .option("--show", "tell what is in the file; no cluster is asked", false)
    .addOption(
      new Option("-o, --output <format>", "how it is told on standard output")
        .choices(["text", "markdown"])
        .default("text"),
    )
    .action(async (names: string[], options: MatrixOptions) => {
      const kills = chooseKills(names);
      const { name, rounds, file = join(checkoutDir(), usualFile) } = options;
      let all = await readRounds(file);
      if (!options.show && nextBlock(all, kills, rounds) !== null) {
        await openJsonLines(file);
        const lab = await openLab(sayer(), signal);
        requireReachable(lab);
        const images = await labInstall(lab, name, { faults: true });
        const beginMs = options.minutes * 60_000;
        all = await measureMatrix(lab, { name, images, kills, rounds, beginMs, file });
      }
      const shown = all.filter(({ kill }) => kills.includes(kill));
      const rows = rowsOf(shown);
      const commits = [...new Set(shown.map(({ commit }) => commit))];
      const from = relative(checkoutDir(), resolve(file));
      if (options.output === "markdown")
        process.stdout.write(toMatrixMarkdown(rows, { commits, file: from }));
      else console.log(toMatrixText(rows) || "no round yet");
      if (!options.show && nextBlock(all, kills, rounds) !== null)
        console.error("to go on   run the same command again");
    });

function whole(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1 on.");
}
