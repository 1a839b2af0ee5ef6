import type { Measured } from "@svclab/contracts";

/** One measured value for a person: `longestSilenceMs: 41` is "longest silence", "41 ms". */
export interface Figure {
  readonly name: string;
  readonly value: string;
}

const grouped = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 12 });

export function figures(measured: Measured): Figure[] {
  return Object.entries(measured).map(([key, value]) => {
    const isTime = typeof value === "number" && key.endsWith("Ms");
    const name = isTime ? key.slice(0, -2) : key;
    const shown = typeof value === "number" ? number(value) : String(value);
    return { name: words(name), value: isTime ? `${shown} ms` : shown };
  });
}

export function oneLine(measured: Measured): string {
  return figures(measured)
    .map(({ name, value }) => `${name} ${value}`)
    .join(", ");
}

/** With a comma between thousands. */
export function number(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? String(value) : grouped.format(value);
}

/** Words of a camelCase name; one that is no identifier, such as a Pod's, stays as it is. */
function words(name: string): string {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return name;
  return name
    .split(/(?<=[a-z0-9])(?=[A-Z])/)
    .map((word) => (word === word.toUpperCase() ? word : word.toLowerCase()))
    .join(" ");
}
