/**
 * Numbers as the prober tells them (NotesRead): `1-500,502`. Called with each in turn, in their
 * order; false: the text is none of its.
 */
export function eachOfRuns(text: string, call: (seq: number) => void): boolean {
  if (text === "") return true;
  for (const run of text.split(",")) {
    const [, from = "", to = from] = /^(\d+)(?:-(\d+))?$/.exec(run) ?? [];
    if (from === "" || Number(to) < Number(from)) return false;
    for (let seq = Number(from); seq <= Number(to); seq++) call(seq);
  }
  return true;
}
