import { Event } from "@svclab/contracts";

/** Reads a recorder's line; null where it is none, such as a warning of the program itself. */
export function readEvent(line: string): Event | null {
  if (!line.startsWith("{")) return null;
  try {
    const event = Event.safeParse(JSON.parse(line));
    return event.success ? event.data : null;
  } catch {
    return null;
  }
}
