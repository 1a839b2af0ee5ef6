import type { FaultKind } from "@svclab/contracts";
import type { History } from "../claim.ts";
import type { Span } from "../history/span.ts";
import { type Request, type Timeline, timeline } from "../history/timeline.ts";
import { isLost } from "../verify/requests.ts";
import { escapeMarkup } from "./markup.ts";

const width = 900;
const labelWidth = 230;
const rowHeight = 22;
/** Of the faults' names. */
const levels = [12, 26, 40];
const headHeight = 48;
const bins = 335;
/** Of a label, at most. */
const letterWidth = 7;

/** Answers on the paths of some routes over the run, with its faults and kills; "" without any. */
export function timelineChart(history: History, routes: readonly string[]): string {
  const line = timeline(history);
  const paths = routes.flatMap((route) => line.pathsOf(route));
  const whole = { fromMs: line.began.atMs, toMs: history.at(-1)?.atMs ?? line.began.atMs };
  if (paths.length === 0 || whole.toMs <= whole.fromMs) return "";
  const x = (ms: number) =>
    labelWidth +
    ((Math.min(Math.max(ms, whole.fromMs), whole.toMs) - whole.fromMs) /
      (whole.toMs - whole.fromMs)) *
      (width - labelWidth);
  const height = headHeight + rowHeight * paths.length;
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Answers over time, by path">`,
    ...faultBands(line, x, height),
    ...paths.flatMap((path, row) =>
      pathRow(path, line.requests(path), headHeight + row * rowHeight, x, whole),
    ),
    ...killMarks(line, x, height),
    "</svg>",
  ].join("\n");
}

type Scale = (ms: number) => number;

/** The bands first, or one would cover its neighbour's name. */
function faultBands(line: Timeline, x: Scale, height: number): string[] {
  const faults = line.of("fault-began").flatMap(({ event: { fault } }) => {
    const span = line.faultSpan(fault);
    return span === null ? [] : [{ fault, from: x(span.fromMs), to: x(span.toMs) }];
  });
  const bands = faults.map(
    ({ from, to }) =>
      `<rect class="fault" x="${px(from)}" y="0" width="${px(to - from)}" height="${height}"/>`,
  );
  return [...bands, ...faultNames(faults)];
}

/** Each on the first level that is free there, or neighbours run into each other. */
function faultNames(faults: readonly { readonly fault: FaultKind; readonly from: number }[]) {
  const takenTo = levels.map(() => 0);
  return faults.map(({ fault, from }) => {
    const wide = fault.length * letterWidth;
    const fits = from + 2 + wide <= width;
    const start = fits ? from + 2 : width - wide;
    const free = takenTo.findIndex((end) => end <= start);
    const level = free < 0 ? takenTo.indexOf(Math.min(...takenTo)) : free;
    takenTo[level] = start + wide;
    const y = levels[level];
    return fits
      ? `<text x="${px(start)}" y="${y}">${fault}</text>`
      : `<text x="${width}" y="${y}" text-anchor="end">${fault}</text>`;
  });
}

function killMarks(line: Timeline, x: Scale, height: number): string[] {
  return line.of("pod-kill-sent").map(({ fromMs, event }) => {
    const title = `<title>${event.how} kill of ${escapeMarkup(event.podUid)}</title>`;
    const at = px(x(fromMs));
    return `<line class="kill" x1="${at}" x2="${at}" y1="${headHeight}" y2="${height}">${title}</line>`;
  });
}

function pathRow(
  path: string,
  requests: readonly Request[],
  top: number,
  x: Scale,
  whole: Span,
): string[] {
  const binMs = (whole.toMs - whole.fromMs) / bins;
  const bin = (request: Request) => Math.floor((request.toMs - whole.fromMs) / binMs);
  const lost = requests.filter(isLost);
  const answered = new Set(requests.filter((one) => !isLost(one)).map(bin));
  const marks = (filled: ReadonlySet<number>, name: string) =>
    runs(filled).map(([first, last]) => {
      const from = x(whole.fromMs + first * binMs);
      const to = x(whole.fromMs + (last + 1) * binMs);
      return `<rect class="${name}" x="${px(from)}" y="${top + 3}" width="${px(to - from)}" height="${rowHeight - 8}"/>`;
    });
  return [
    `<text x="0" y="${top + 14}">${escapeMarkup(path)}</text>`,
    ...marks(answered, "ok"),
    ...marks(new Set(lost.map(bin)), "lost"),
  ];
}

/** Neighbouring bins as one, first and last. */
function runs(filled: ReadonlySet<number>): [number, number][] {
  const joined: [number, number][] = [];
  for (const bin of [...filled].sort((a, b) => a - b)) {
    const last = joined.at(-1);
    if (last !== undefined && last[1] + 1 === bin) last[1] = bin;
    else joined.push([bin, bin]);
  }
  return joined;
}

function px(value: number): string {
  return value.toFixed(1);
}
