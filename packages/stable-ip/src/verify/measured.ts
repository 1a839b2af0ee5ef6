/** A figure for a person: no more digits than were measured. */
export function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Three significant digits. */
export function round3(value: number): number {
  return Number(value.toPrecision(3));
}
