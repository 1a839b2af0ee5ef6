import { relative } from "node:path";
import { exitCode, ToolError } from "@svclab/contracts";
import { labInstall, openLab } from "@svclab/kind";
import { type Claim, overall, requireAll, toText, type Violation } from "@svclab/stable-ip";
import { Command } from "commander";
import { chooseClaims } from "../proof.ts";
import { outcomeOf, proveAll, quickPlan } from "../prove-all.ts";
import { sayer } from "../say.ts";
import { type NameOption, nameOption } from "./options.ts";

interface VerifyOptions extends NameOption {
  readonly violation?: string;
  readonly control: boolean;
  readonly requireAll: boolean;
}

export const verify = (signal: AbortSignal): Command =>
  new Command("verify")
    .description("check the claims on a running cluster: holds, broken, unknown or skipped")
    .argument("[claim...]", "ids of claims; all when none is named")
    .addOption(nameOption())
    .option("--violation <name>", "make this mistake first: its claim must come out broken")
    .option("--control", "do nothing to the cluster: nothing may count as proved", false)
    .option("--require-all", "a skipped claim makes the outcome unknown", false)
    .action(async (ids: string[], options: VerifyOptions) => {
      const claims = chooseClaims(ids);
      const violation = chooseViolation(claims, options.violation);
      const lab = await openLab(sayer(), signal);
      const images = await labInstall(lab, options.name, { faults: true });
      const asked = { name: options.name, claims, control: options.control, images };
      const whole = violation === undefined ? asked : { ...asked, violation };
      const proved = await proveAll(lab, whole, quickPlan);
      for (const { folder, report } of proved.proofs) {
        const judged = options.requireAll ? requireAll(report.claims) : report.claims;
        const told = { ...report, claims: [...judged], outcome: overall(judged) };
        console.log(toText(told, { width: process.stdout.columns ?? 80, colour: colour() }));
        console.log(`report: ${relative(process.cwd(), folder)}/report.html`);
      }
      for (const id of proved.skipped) console.log(`skipped  ${id}: there is no database here`);
      process.exitCode = exitCode[outcomeOf(proved, options.requireAll)];
    });

/** Colour only where a person sees it. */
export function colour(): boolean {
  return process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
}

function chooseViolation(
  claims: readonly Claim[],
  name: string | undefined,
): Violation | undefined {
  if (name === undefined) return undefined;
  const all = claims.flatMap((claim) => claim.violations);
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new ToolError({
    code: "violation-unknown",
    expected: `one of ${all.map((each) => each.name).join(", ")}`,
    found: name,
    todo: "name a violation of the claims that are checked",
    exit: 2,
  });
}
