import { Event } from "@svclab/contracts";

/**
 * Takes a recorder's lines one by one. Words of the program itself are said; what should be an
 * event and is none was evidence, and its loss is written down as a blind moment.
 */
export function readingOf(
  recorder: string,
  write: (event: Event) => void,
  say: (line: string) => void,
): (line: string) => void {
  let lastMs = 0;
  return (line) => {
    const event = readEvent(line);
    if (event !== null) {
      lastMs = event.atMs;
      write(event);
    } else if (line.startsWith("{") && !line.startsWith('{"listening"')) {
      say(`${recorder}: not an event: ${line.slice(0, 100)}`);
      const why = "a line that is no event came from it";
      write({ atMs: lastMs, from: recorder, kind: "blind", forMs: 1, why });
    } else if (!line.startsWith("{")) {
      say(`${recorder}: ${line}`);
    }
  };
}

/** Reads a recorder's line; null where it is none, such as a warning of the program itself. */
function readEvent(line: string): Event | null {
  if (!line.startsWith("{")) return null;
  try {
    const event = Event.safeParse(JSON.parse(line));
    return event.success ? event.data : null;
  } catch {
    return null;
  }
}
