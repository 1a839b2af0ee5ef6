import type { GroupRecord } from "@svclab/contracts";
import { countOf, formatGtidSet, minus, union } from "@svclab/mysql-group";
import { limits } from "../limits.ts";
import type { Look, Member, Step } from "./look.ts";
import { stepWhenNoneLives } from "./when-none-lives.ts";
import { stepWhenOnline } from "./when-online.ts";

/**
 * What an agent does now, given what the three members and the record say. Pure: the same look
 * gives the same step. docs/decisions/0009 says why two groups cannot come of it.
 */
export function nextStep(look: Look): Step {
  const { own, record } = look;
  if (own === null) return { do: "wait", why: "the server does not answer" };
  if (record === null) return { do: "wait", why: "the record of the group cannot be read" };
  switch (own.state) {
    case "RECOVERING":
      return { do: "wait", why: "the group brings this member up to date" };
    case "ERROR":
      return { do: "stop", why: "the server left its group with an error" };
    case "ONLINE":
      return stepWhenOnline(look.self, own, record);
    case "OFFLINE":
      return stepWhenOffline(look, own, record);
  }
}

function stepWhenOffline(look: Look, own: Member, record: GroupRecord): Step {
  const lives = groupThatLives(look, record);
  if (lives === undefined) return stepWhenNoneLives(look, own, record);
  if (lives.state === "RECOVERING") return { do: "wait", why: "the group takes another member in" };
  if (record.stopped[look.self] !== undefined)
    return {
      do: "write",
      record: withoutPromise(record, look.self),
      why: "the group lives, so this member may join it",
    };
  const strange = minus(union(own.executed, own.received), union(lives.executed, lives.received));
  if (strange.size > 0)
    return {
      do: "keep-out",
      transactions: formatGtidSet(strange),
      why: "this member has transactions that the group does not know",
    };
  return {
    do: "join",
    clone: own.executed.size === 0 && countOf(lives.executed) > limits.cloneAbove,
  };
}

/** A member that is in the recorded group and, with others, the most of it. */
function groupThatLives({ peers }: Look, record: GroupRecord): Member | undefined {
  if (record.incarnation === null) return undefined;
  const there = [...peers.values()].filter(
    (peer) => peer !== null && peer.incarnation === record.incarnation && peer.majority,
  ) as Member[];
  return (
    there.find(({ state }) => state === "ONLINE") ??
    there.find(({ state }) => state === "RECOVERING")
  );
}

function withoutPromise(record: GroupRecord, self: string): GroupRecord {
  const { [self]: _, ...stopped } = record.stopped;
  return { ...record, stopped };
}
