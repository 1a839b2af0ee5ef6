import type { Known } from "./agent.ts";
import { limits } from "./limits.ts";

/** Why no client should be led to this member; null where it is fit to be read from. */
export function unreadyFor(known: Known | null, incarnation: string | null): string | null {
  if (known === null) return "The server does not answer.";
  const { member, lagMs } = known;
  if (member.state !== "ONLINE") return `The member is ${member.state}.`;
  if (!member.majority) return "The member sees no majority of its group.";
  if (incarnation === null) return "The record of the group has not been read yet.";
  if (member.incarnation !== incarnation) return "The member's group is not the recorded one.";
  if (lagMs > limits.lagMs) return `The member is ${Math.round(lagMs)} ms behind.`;
  return null;
}
