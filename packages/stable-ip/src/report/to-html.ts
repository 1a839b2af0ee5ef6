import type { Judged, Report } from "@svclab/contracts";
import type { History } from "../claim.ts";
import { figures, number } from "./figures.ts";
import { toldFalseAlarm, toldLosses } from "./losses.ts";
import { escapeMarkup } from "./markup.ts";
import { spreadChart } from "./spread-chart.ts";
import { style } from "./style.ts";
import { timelineChart } from "./timeline-chart.ts";

const charts: Readonly<Record<string, (history: History) => string>> = {
  "cluster-ip-answers-through-kill": (history) =>
    timelineChart(history, ["cluster-ip/new", "cluster-ip/kept"]),
  "every-endpoint-gets-traffic": spreadChart,
  "new-connections-spread-evenly": spreadChart,
  "node-port-answers-on-every-node": (history) => timelineChart(history, ["node-port/new"]),
  "load-balancer-gets-an-address": (history) => timelineChart(history, ["load-balancer/new"]),
};

/** One page that needs nothing else: no script, no other file, no network. */
export function toHtml(told: Report, history: History): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${told.outcome}: svclab ${escapeMarkup(told.run)}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#claims">Skip to the claims</a>
<header>
<h1>${word(told.outcome)} svclab ${escapeMarkup(told.run)}</h1>
${table([...about(told)])}
</header>
<nav aria-label="Claims"><ul>
${told.claims.map(entry).join("\n")}
</ul></nav>
<main id="claims">
${told.claims.map((judged) => section(judged, history)).join("\n")}
${losses(told)}
</main>
<footer>
<h2>Parts</h2>
${table(Object.entries(told.parts))}
<h2>Events</h2>
${table(Object.entries(told.events).map(([kind, count]) => [kind, String(count)]))}
</footer>
</body>
</html>
`;
}

function about(told: Report): [string, string][] {
  const seconds = Math.round((told.endedMs - told.beganMs) / 1000);
  const chance = toldFalseAlarm(told);
  return [
    ["began", `${new Date(told.beganMs).toISOString()}, for ${seconds} s`],
    ["commit", told.commit],
    ...(chance === null ? [] : [["false alarms", chance] as [string, string]]),
    ...(told.control
      ? [["control run", "nothing was done to the cluster"] as [string, string]]
      : []),
    ...(told.violation === null ? [] : [["violation", told.violation] as [string, string]]),
  ];
}

function entry({ id, verdict }: Judged): string {
  return `<li>${word(verdict.outcome)} <a href="#${escapeMarkup(id)}">${escapeMarkup(id)}</a></li>`;
}

function section(judged: Judged, history: History): string {
  const { id, statement, source, verdict } = judged;
  const measured = "measured" in verdict ? figures(verdict.measured) : [];
  return [
    `<section id="${escapeMarkup(id)}" aria-labelledby="${escapeMarkup(id)}-title">`,
    `<h2 id="${escapeMarkup(id)}-title">${word(verdict.outcome)} ${escapeMarkup(id)}</h2>`,
    `<p>${escapeMarkup(statement)} <small>${linked(source)}</small></p>`,
    ...("why" in verdict ? [`<p class="${verdict.outcome}">${escapeMarkup(verdict.why)}</p>`] : []),
    ...("missing" in verdict
      ? [`<p>Missing: ${escapeMarkup(verdict.missing.join(", "))}</p>`]
      : []),
    table(measured.map(({ name, value }) => [name, value])),
    charts[id]?.(history) ?? "",
    ...("witness" in verdict ? [witness(verdict.witness)] : []),
    "</section>",
  ].join("\n");
}

/** Nothing where no request was owed an answer. */
function losses(told: Report): string {
  if (told.losses.requests === 0) return "";
  const { total, causes } = toldLosses(told);
  const { unexplained, unexplainedFirst: first } = told.losses;
  return [
    '<section id="losses" aria-labelledby="losses-title">',
    '<h2 id="losses-title">Requests without an answer</h2>',
    `<p>${total}.</p>`,
    table(causes),
    ...(first.length === 0
      ? []
      : [listed(first, `of ${number(unexplained)} without a cause that was seen`)]),
    "</section>",
  ].join("\n");
}

function witness(events: readonly unknown[]): string {
  return listed(events, "that prove it");
}

function listed(events: readonly unknown[], what: string): string {
  const lines = events.map((event) => escapeMarkup(JSON.stringify(event))).join("\n");
  return `<details><summary>${events.length} events ${what}</summary><pre tabindex="0">${lines}</pre></details>`;
}

function word(outcome: string): string {
  return `<span class="verdict ${outcome}">${outcome}</span>`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  const cells = rows.map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeMarkup(name)}</th><td>${escapeMarkup(value)}</td></tr>`,
  );
  return `<table>${cells.join("")}</table>`;
}

/** A source is text; the address it may begin with becomes a link. */
function linked(source: string): string {
  const [address, ...rest] = source.split(" ");
  if (address === undefined || !address.startsWith("https://")) return escapeMarkup(source);
  const href = escapeMarkup(address);
  return `<a href="${href}" rel="noreferrer">${href}</a> ${escapeMarkup(rest.join(" "))}`;
}
