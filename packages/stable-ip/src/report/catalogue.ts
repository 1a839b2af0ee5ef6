import type { Claim } from "../claim.ts";
import { figures } from "./figures.ts";
import { indent, wrap } from "./to-text.ts";

/** A claim as data: all that is known of it before a run. */
export type Entry = Omit<Claim, "judge" | "violations"> & {
  readonly violations: readonly { readonly name: string; readonly text: string }[];
};

export function entryOf({ judge: _, violations, ...claim }: Claim): Entry {
  return { ...claim, violations: violations.map(({ name, text }) => ({ name, text })) };
}

/** Each claim's id and sentence, for a terminal. */
export function listClaims(claims: readonly Claim[], width: number): string {
  const room = width - indent.length;
  const lines = claims.flatMap(({ id, statement }) => [id, ...wrap(statement.split(" "), room)]);
  return `${lines.join("\n")}\n`;
}

/** All of one claim, for a terminal. */
export function explainClaim(claim: Claim, width: number): string {
  const lines = rowsOf(claim).flatMap(([label, text]) => {
    const [first = "", ...rest] = wrap(text.split(" "), width - indent.length);
    return [label.padEnd(indent.length) + first.trimStart(), ...rest];
  });
  return `${[claim.id, ...lines].join("\n")}\n`;
}

/** The catalogue as a page: docs/claims.md. */
export function toMarkdown(claims: readonly Claim[]): string {
  const sections = claims.map((claim) => {
    const [[, statement] = ["", ""], ...rows] = rowsOf(claim);
    const items = rows.map(([label, text]) => `- **${label}**: ${text}`);
    return [`## ${claim.id}`, statement, items.join("\n")].join("\n\n");
  });
  return `${[head, ...sections].join("\n\n")}\n`;
}

const head = `# The claims

What is promised of a Service, by Kubernetes or by this application, how a run sees it, and the
mistakes that must turn the verdict to broken. [words.md](words.md) says what the words mean. This
page is what
\`./svclab claims -o markdown\` prints; \`./svclab claims <id>\` tells one of them.`;

function rowsOf(claim: Claim): [label: string, text: string][] {
  const { statement, matters, seen, violations, upstream, needs, source } = claim;
  const decided = figures(claim.limits).map(({ name, value }) => `${name} ${value}`);
  return [
    ["claim", statement],
    ["matters", matters],
    ["seen", seen],
    ...violations.map(
      ({ name, text }) => ["mistake", `${name}: ${text}`] satisfies [string, string],
    ),
    ["upstream", upstream],
    ["limits", decided.join(", ") || "none"],
    ["needs", needs.map((need) => need.replaceAll("-", " ")).join(", ") || "nothing more"],
    ["source", source],
  ];
}
