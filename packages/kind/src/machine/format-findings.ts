import type { Finding } from "./finding.ts";

const marks: Readonly<Record<Finding["ok"], string>> = { yes: "ok  ", warn: "warn", no: "NO  " };

/** Findings as lines of at most `columns` characters, ASCII, without colour; what to do is below. */
export function formatFindings(findings: readonly Finding[], columns = 80): string {
  const name = Math.max(...findings.map(({ what }) => what.length));
  const left = marks.no.length + 1 + name + 2;
  const block = (first: string, text: string): string[] =>
    wrap(text, columns - left).map(
      (line, at) => (at === 0 ? first.padEnd(left) : " ".repeat(left)) + line,
    );
  const lines = findings.flatMap(({ what, wanted, found, ok, todo }) => [
    ...block(`${marks[ok]} ${what}`, ok === "yes" ? found : `${found} (wanted: ${wanted})`),
    ...(todo === null ? [] : block("", `-> ${todo}`)),
  ]);
  const missing = findings.filter(({ ok }) => ok === "no").length;
  const last = missing === 0 ? "This machine will do." : `${missing} to be put right first.`;
  return `${[...lines, last].join("\n")}\n`;
}

/** Breaks between words; a word that is longer than the line, such as a path, is kept whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
