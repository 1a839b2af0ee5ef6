import type { Quantile } from "../verify/statistics.ts";
import { expectations } from "./expected.ts";
import type { Cell, Row } from "./table.ts";

/** A document; `file`: where the rounds are, as the command that goes on with them names it. */
export function toMatrixMarkdown(
  rows: readonly Row[],
  { commits, file }: { readonly commits: readonly string[]; readonly file: string },
): string {
  if (rows.length === 0) return "no round yet\n";
  return `${[
    "# What each kill costs, by the way to the Pods",
    `Measured with \`./svclab matrix --file ${file}\`, in as many parts as it takes; each round is ` +
      `a line of that file. Commits: ${commits.join(", ")}.`,
    "Three Pods on two workers are asked 20 times a second on each way: from each worker by the " +
      "Service's IP and by its name, over new connections and over four that are kept, and by the " +
      "headless name; from outside at every node's port, at the load balancer, at the Ingress and " +
      "at the HTTPRoute. A request that gets no answer within 1 s is lost. A silence is the longest " +
      "time without an answer to one client, from the kill until all is as before; clients at rest " +
      "hear one answer in 50 ms, and over each kept connection one in 200 ms. In brackets the 95 % interval of the quantile, from the rounds' " +
      "order alone; `-` where so many rounds do not bound it.",
    ...rows.flatMap(sectionOf),
    ...chartOf(rows),
  ].join("\n\n")}\n`;
}

function sectionOf({ kill, rounds, cells, noticed, rules }: Row): string[] {
  const { done, expected, source } = expectations[kill];
  const head =
    "| way | rounds | requests | lost | rounds with a loss | silence, median ms | 90 % ms | worst ms |";
  const lines = cells.map((cell) =>
    [
      ...["", cell.route, cell.rounds, grouped(cell.requests), grouped(cell.lost), cell.costly],
      ...[told(cell.median), told(cell.p90), cell.worstMs, ""],
    ]
      .join(" | ")
      .trim(),
  );
  const seen = [
    ...(noticed === null
      ? []
      : [`The API said that the Pod is not ready ${told(noticed)} ms after.`]),
    ...(rules === null ? [] : [`No node's rules led to it ${told(rules)} ms after.`]),
  ];
  return [
    `## ${kill}`,
    `${capital(done)}. Expected: ${expected} ([source](${source})). ${capital(counted(rounds))}.`,
    [head, "|---|--:|--:|--:|--:|--:|--:|--:|", ...lines].join("\n"),
    ...(seen.length === 0 ? [] : [`Medians: ${seen.join(" ")}`]),
  ];
}

function chartOf(rows: readonly Row[]): string[] {
  const way = "cluster-ip/new";
  const bars = rows.flatMap(({ kill, cells }) => {
    const cell = cells.find(({ route }) => route === way);
    return cell === undefined ? [] : [{ kill, ms: cell.median.value }];
  });
  if (bars.length === 0) return [];
  return [
    "## All kills, one way",
    [
      "```mermaid",
      "xychart-beta horizontal",
      `  title "${way}: median of the longest silence, ms"`,
      `  x-axis [${bars.map(({ kill }) => `"${kill}"`).join(", ")}]`,
      `  bar [${bars.map(({ ms }) => ms).join(", ")}]`,
      "```",
    ].join("\n"),
  ];
}

/** For a terminal of 80 columns. */
export function toMatrixText(rows: readonly Row[]): string {
  return rows
    .map(({ kill, rounds, cells, rules }) => {
      const rulesTold = rules === null ? "" : `, out of the rules in ${told(rules)} ms`;
      return [
        `${kill}, ${counted(rounds)}${rulesTold}`,
        ...cells.map(
          (cell) =>
            `  ${cell.route.padEnd(18)}${`${grouped(cell.lost)} of ${grouped(cell.requests)} lost`.padEnd(26)}${silence(cell)}`,
        ),
      ].join("\n");
    })
    .join("\n");
}

const silence = ({ median, worstMs }: Cell) => `silence ${median.value}, worst ${worstMs} ms`;
const told = ({ value, low, high }: Quantile) => `${value} [${low ?? "-"}–${high ?? "-"}]`;
const counted = (rounds: number) => `${rounds} ${rounds === 1 ? "round" : "rounds"}`;
const grouped = (value: number) => value.toLocaleString("en-US");
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
