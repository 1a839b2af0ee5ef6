/** As a DATETIME(3) column takes it: UTC, like everything in these tables. */
export function toSqlTime(time: Date): string {
  return time.toISOString().replace("T", " ").replace("Z", "");
}

export function fromSqlTime(written: string): string {
  return `${written.replace(" ", "T")}Z`;
}
