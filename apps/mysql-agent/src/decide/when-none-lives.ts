import type { GroupRecord, StoppedMember } from "@svclab/contracts";
import { formatGtidSet, hasOf, includes, judgeBallot, union } from "@svclab/mysql-group";
import type { Look, Member, Step } from "./look.ts";

/**
 * No group is seen to live. Each agent stops its server for certain and writes down what it has;
 * when all have, the same rule tells each of them who leads, and only that one's agent acts.
 */
export function stepWhenNoneLives(look: Look, own: Member, record: GroupRecord): Step {
  const { self } = look;
  const decided = record.leader !== null && record.incarnation === null;
  if (decided && record.leader === self && hasAsPromised(own, record.stopped[self]))
    return { do: "begin" };
  const ordered = record.order?.epoch === record.epoch;
  if (decided && !ordered)
    return record.leader === self
      ? { do: "blocked", code: "volume-lost", pods: [self] }
      : { do: "wait", why: `${record.leader} is to begin the group` };
  if (!includes(own.executed, own.received) && look.cannotExecute === undefined)
    return { do: "execute-received" };
  if (!isAsPromised(own, record.stopped[self])) return { do: "promise" };
  return stepByBallot(look, record);
}

function stepByBallot({ self, pods, group }: Look, record: GroupRecord): Step {
  const ballot = judgeBallot(record, pods, group);
  switch (ballot.outcome) {
    case "incomplete":
      return { do: "wait", why: `not known to be stopped: ${ballot.missing.join(", ")}` };
    case "blocked":
      return { do: "blocked", code: ballot.code, pods: ballot.pods };
    case "fetch": {
      const [from] = ballot.from;
      if (ballot.pod !== self || from === undefined)
        return { do: "wait", why: `${ballot.pod} is to get what it lacks` };
      return { do: "fetch", from, lacks: ballot.lacks };
    }
    case "leads":
      if (ballot.pod !== self) return { do: "wait", why: `${ballot.pod} is to lead` };
      return {
        do: "write",
        record: {
          ...record,
          epoch: record.epoch + 1,
          leader: self,
          incarnation: null,
          order: null,
        },
        why: ballot.forced ? "by order" : "nobody has what this member lacks",
      };
  }
}

/** It may have more: it began the group once already, and fell before it could write that down. */
function hasAsPromised(own: Member, promise: StoppedMember | undefined): boolean {
  return promise?.uuid === own.uuid && includes(union(own.executed, own.received), hasOf(promise));
}

/** The promise of this very server, with all that it has now. */
function isAsPromised(own: Member, promise: StoppedMember | undefined): boolean {
  return (
    promise !== undefined &&
    promise.uuid === own.uuid &&
    promise.executed === formatGtidSet(own.executed) &&
    promise.received === formatGtidSet(own.received)
  );
}
