import { join, relative } from "node:path";
import { exitCode, type Report, ToolError } from "@svclab/contracts";
import { checkoutDir, labInstall, openLab } from "@svclab/kind";
import { overall, requireAll, toJUnit, toText } from "@svclab/stable-ip";
import { Command, Option } from "commander";
import { chooseClaims, chooseMistakes, chooseViolation } from "../choose-claims.ts";
import { countOf, linesOf, makeEach, outcomeOfMistakes } from "../every-mistake.ts";
import { addJsonLine } from "../json-lines.ts";
import { addUp, type LongTotal, longClaim, longPart, partOf, readParts } from "../long-form.ts";
import { outcomeOf, proveAll, quickPlan } from "../prove-all.ts";
import { replay } from "../replay.ts";
import { sayer } from "../say.ts";
import { type NameOption, nameOption } from "./options.ts";

interface VerifyOptions extends NameOption {
  readonly violation?: string;
  /** Names; true: all. */
  readonly violations?: readonly string[] | true;
  readonly control: boolean;
  readonly requireAll: boolean;
  readonly replay?: string;
  /** The file of parts; true: the usual one. */
  readonly long?: string | true;
  readonly output: Format;
}

const formats = ["table", "json", "junit"] as const;
type Format = (typeof formats)[number];

/** In the checkout. */
const usualParts = "runs/long.jsonl";

export const verify = (signal: AbortSignal): Command =>
  new Command("verify")
    .description("check the claims on a running cluster: holds, broken, unknown or skipped")
    .argument("[claim...]", "ids of claims; all when none is named")
    .addOption(nameOption())
    .option("--violation <name>", "make this mistake first: its claim must come out broken")
    .addOption(
      new Option(
        "--violations [names]",
        "make every mistake of the claims, or these (a,b), each in a run of its own; 0 where all are found",
      )
        .argParser((names) => names.split(",").map((name) => name.trim()))
        .conflicts(["violation", "control", "long", "replay", "output", "requireAll"]),
    )
    .option("--control", "do nothing to the cluster: nothing may count as proved", false)
    .option("--require-all", "a skipped claim makes the outcome unknown", false)
    .addOption(
      new Option(
        "--long [file]",
        `a part of a claim's long form; parts add up in ${usualParts}`,
      ).conflicts(["output"]),
    )
    .addOption(
      new Option("-o, --output <format>", "how the reports are told on standard output")
        .choices(formats)
        .default("table"),
    )
    .addOption(
      new Option("--replay <run>", "judge a stored run again; no cluster is asked").conflicts([
        "violation",
        "control",
        "long",
      ]),
    )
    .action(async (ids: string[], options: VerifyOptions) => {
      if (options.replay !== undefined) {
        const told = asAsked(await replay(options.replay, ids), options);
        tell([told], options.output);
        process.exitCode = exitCode[told.outcome];
        return;
      }
      const claims = chooseClaims(ids);
      const violation =
        options.violation === undefined ? undefined : chooseViolation(claims, options.violation);
      const mistakes = chooseMistakes(claims, options.violations);
      const parts = chooseParts(ids, options);
      if (parts !== null) {
        const total = addUp(await readParts(parts));
        if (total.outcome !== "unknown") return tellTotal(total, parts);
      }
      const lab = await openLab(sayer(), signal);
      const images = await labInstall(lab, options.name, { faults: true });
      const asked = { name: options.name, claims, control: options.control, images };
      if (mistakes !== null) {
        const all = await makeEach(
          mistakes,
          async (claim, violation) => {
            const one = { ...asked, claims: [claim], violation };
            const { proofs } = await proveAll(lab, one, quickPlan);
            return proofs.map(({ folder, report }) => {
              return { folder: relative(process.cwd(), folder), report };
            });
          },
          (made) => console.log(linesOf(made).join("\n")),
        );
        console.log(`\n${countOf(all)}`);
        process.exitCode = exitCode[outcomeOfMistakes(all)];
        return;
      }
      const whole = violation === undefined ? asked : { ...asked, violation };
      const proved = await proveAll(lab, whole, parts === null ? quickPlan : longPart);
      const told = proved.proofs.map(({ report }) => asAsked(report, options));
      tell(told, options.output);
      // What is read by a program has nothing else on standard output.
      const say = options.output === "table" ? console.log : console.error;
      for (const { folder } of proved.proofs)
        say(`report: ${relative(process.cwd(), folder)}/report.html`);
      for (const id of proved.skipped) say(`skipped  ${id}: there is no database here`);
      process.exitCode = exitCode[outcomeOf(proved, options.requireAll)];
      if (parts === null) return;
      for (const { report } of proved.proofs) await addJsonLine(parts, partOf(report));
      tellTotal(addUp(await readParts(parts)), parts);
    });

function asAsked(report: Report, { requireAll: all }: VerifyOptions): Report {
  const judged = all ? requireAll(report.claims) : report.claims;
  return { ...report, claims: [...judged], outcome: overall(judged) };
}

export function tell(told: readonly Report[], output: Format): void {
  switch (output) {
    case "json":
      console.log(JSON.stringify(told, null, 2));
      break;
    case "junit":
      process.stdout.write(toJUnit(told));
      break;
    case "table":
      for (const report of told)
        console.log(toText(report, { width: process.stdout.columns ?? 80, colour: colour() }));
  }
}

/** The file of parts; null where the long form is not asked for. */
function chooseParts(ids: readonly string[], options: VerifyOptions): string | null {
  const { long, violation, control } = options;
  if (long === undefined) return null;
  if (ids.length !== 1 || ids[0] !== longClaim || violation !== undefined || control)
    throw new ToolError({
      code: "no-long-form",
      expected: `the one claim that has a long form: verify ${longClaim} --long`,
      found: `${ids.join(" ") || "all claims"}${violation || control ? ", with a mistake or as a control" : ""}`,
      todo: "name that claim alone, or leave out --long",
      exit: 2,
    });
  return long === true ? join(checkoutDir(), usualParts) : long;
}

function tellTotal({ outcome, lines }: LongTotal, file: string): void {
  for (const line of lines) console.log(line);
  console.log(`kept in      ${relative(process.cwd(), file)}`);
  process.exitCode = exitCode[outcome];
}

/** Colour only where a person sees it. */
function colour(): boolean {
  return process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
}
