import { relative } from "node:path";
import { exitCode, ToolError } from "@svclab/contracts";
import { labInstall, labPlace, labPrepareInstall, labUp, openLab } from "@svclab/kind";
import { Command } from "commander";
import { tryAddresses } from "../addresses.ts";
import { chooseClaims } from "../choose-claims.ts";
import { outcomeOf, proveAll, shortPlan, splitLong } from "../prove-all.ts";
import { sayer } from "../say.ts";
import { type NameOption, nameOption, type ProxyOption, proxyOption } from "./options.ts";
import { tell } from "./verify.ts";

export const demo = (signal: AbortSignal): Command =>
  new Command("demo")
    .description("a cluster, the sample application on it, and the proof; ends with URLs")
    .addOption(nameOption())
    .addOption(proxyOption())
    .action(async ({ name, proxyMode }: NameOption & ProxyOption) => {
      const say = sayer();
      const lab = await openLab(say, signal);
      const meanwhile = () => labPrepareInstall(lab, name);
      await labUp(lab, name, { proxyMode, retain: false, meanwhile });
      const images = await labInstall(lab, name, { faults: true });
      const { short, long } = splitLong(chooseClaims([]));
      const asked = { name, claims: short, control: false, images };
      const proved = await proveAll(lab, asked, shortPlan);
      const tried = await tryAddresses(lab, name);

      tell(
        proved.proofs.map(({ report }) => report),
        "table",
      );
      for (const id of proved.skipped) console.log(`skipped  ${id}: there is no database here`);
      for (const { id } of long) console.log(`left     ${id}, to ./svclab verify`);
      for (const { folder } of proved.proofs) {
        const at = relative(process.cwd(), folder);
        console.log(`report   ${at}/report.html and report.json`);
      }
      console.log(`kubectl  export KUBECONFIG="${labPlace(name).kubeconfig}"`);
      for (const { way, url, answer } of tried)
        console.log(
          `${way.padEnd(13)}${url.padEnd(30)}${answer === 200 ? "answered 200" : answer}`,
        );
      console.log("the cluster stays up until: make down");
      // A claim that could not be judged here is no proof.
      process.exitCode = exitCode[outcomeOf(proved, true)];
      if (tried.some(({ answer }) => answer !== 200))
        throw new ToolError({
          code: "page-unreachable",
          expected: "the page to answer 200 on every way in",
          found: tried.map(({ way, answer }) => `${way}: ${answer}`).join(", "),
          todo: `read ${labPlace(name).folder}/load-balancer.log`,
        });
    });
