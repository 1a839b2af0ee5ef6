import type { History } from "../claim.ts";
import { readSpread } from "../verify/spread.ts";
import { escapeMarkup } from "./markup.ts";

const width = 900;
const labelWidth = 380;
const barWidth = 400;
const rowHeight = 20;

/** Connections by node and Pod as bars, with a line at an even share; "" where none was counted. */
export function spreadChart(history: History): string {
  const { pods, loads } = readSpread(history);
  const rows = loads.flatMap((load) =>
    pods.map((pod, at) => ({
      label: `${load.node} to ${pod.name}`,
      count: load.counts[at] ?? 0,
      even: load.answers.length / pods.length,
    })),
  );
  const most = rows.reduce((worst, row) => Math.max(worst, row.count, row.even), 0);
  if (most === 0) return "";
  const x = (count: number) => ((count / most) * barWidth).toFixed(1);
  return [
    `<svg viewBox="0 0 ${width} ${rows.length * rowHeight}" role="img" aria-label="Connections by node and Pod">`,
    ...rows.flatMap(({ label, count, even }, row) => {
      const top = row * rowHeight;
      return [
        `<text x="0" y="${top + 14}">${escapeMarkup(label)}</text>`,
        `<rect class="bar" x="${labelWidth}" y="${top + 3}" width="${x(count)}" height="${rowHeight - 6}"/>`,
        `<line class="even" x1="${labelWidth + Number(x(even))}" x2="${labelWidth + Number(x(even))}" y1="${top}" y2="${top + rowHeight}"/>`,
        `<text x="${labelWidth + barWidth + 10}" y="${top + 14}">${count}</text>`,
      ];
    }),
    "</svg>",
  ].join("\n");
}
