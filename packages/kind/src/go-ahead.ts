import { startWith, tryCommand } from "./command.ts";

/**
 * Puts this process ahead of all others, by chrt(1) and real-time priority, as a recorder that
 * shares its cores with what it watches needs. Resolves to whether that is allowed: to root on
 * Linux it mostly is.
 *
 * Commands are ordinary again, and drop the priority themselves: a kernel that did it for them
 * (--reset-on-fork) would let them wait for a core before they begin, and Node.js stands still
 * until a program that it starts has begun.
 */
export async function goAhead(): Promise<boolean> {
  const ahead = ["--rr", "--all-tasks", "--pid", "1", String(process.pid)];
  const asked = await tryCommand("chrt", ahead).catch(() => undefined);
  if (asked?.exitCode !== 0) return false;
  startWith(["chrt", "--other", "0"]);
  return true;
}
