import { type Claim, entryOf, explainClaim, listClaims, toMarkdown } from "@svclab/stable-ip";
import { Command, Option } from "commander";
import { chooseClaims } from "../choose-claims.ts";

const formats = ["text", "json", "markdown"] as const;
type Format = (typeof formats)[number];

export const claims = (): Command =>
  new Command("claims")
    .description("what is claimed of Services; of one claim: how it is seen, and what breaks it")
    .argument("[claim]", "id of a claim; all when none is named")
    .addOption(
      new Option("-o, --output <format>", "how it is told").choices(formats).default("text"),
    )
    .action((id: string | undefined, { output }: { output: Format }) => {
      const chosen = chooseClaims(id === undefined ? [] : [id]);
      process.stdout.write(told(chosen, output, id === undefined ? null : chosen[0]));
    });

/** `one`: the only claim that was asked for; null: all were. */
function told(chosen: readonly Claim[], output: Format, one: Claim | null = null): string {
  const width = process.stdout.columns ?? 80;
  switch (output) {
    case "json":
      return `${JSON.stringify(one === null ? chosen.map(entryOf) : entryOf(one), null, 2)}\n`;
    case "markdown":
      return toMarkdown(chosen);
    case "text":
      return one === null ? listClaims(chosen, width) : explainClaim(one, width);
  }
}
