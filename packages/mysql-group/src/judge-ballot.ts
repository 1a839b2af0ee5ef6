import type { GroupRecord, StoppedMember } from "@svclab/contracts";
import {
  countOf,
  formatGtidSet,
  type GtidSet,
  includes,
  minus,
  onlyFrom,
  parseGtidSet,
  union,
} from "./gtid-set.ts";

/** A member with transactions that the group did not make and that no other has. */
export interface Stranger {
  readonly pod: string;
  readonly transactions: string;
}

/** Why nobody may lead although all three are stopped: only a person's order gets past it. */
export type BlockCode = "volume-lost" | "only-on-strangers" | "not-executed";

export type Ballot =
  | { readonly outcome: "incomplete"; readonly missing: readonly string[] }
  | {
      readonly outcome: "leads";
      readonly pod: string;
      readonly forced: boolean;
      readonly strangers: readonly Stranger[];
    }
  /** `pod` is to get from others what it lacks, before it can lead. */
  | {
      readonly outcome: "fetch";
      readonly pod: string;
      readonly from: readonly string[];
      readonly lacks: string;
    }
  | { readonly outcome: "blocked"; readonly code: BlockCode; readonly pods: readonly string[] };

interface Voter {
  readonly pod: string;
  readonly executed: GtidSet;
  /** Executed and received. */
  readonly has: GtidSet;
  /** Its own, that no other has. */
  readonly strange: GtidSet;
}

/**
 * Who leads after a full stop, by what all members said when they stopped. Whoever leads has
 * executed all that any member has, but for transactions that the group did not make. `group` is
 * group_replication_group_name: the group's own transactions are numbered by it.
 */
export function judgeBallot(record: GroupRecord, pods: readonly string[], group: string): Ballot {
  const missing = pods.filter((pod) => record.stopped[pod] === undefined);
  const ordered = record.order?.epoch === record.epoch ? record.order.from : undefined;
  if (ordered !== undefined && pods.includes(ordered)) {
    if (missing.includes(ordered)) return { outcome: "incomplete", missing: [ordered] };
    return { outcome: "leads", pod: ordered, forced: true, strangers: [] };
  }
  if (missing.length > 0) return { outcome: "incomplete", missing };
  const lost = pods.filter((pod) => lostItsVolume(record, pod));
  if (lost.length > 0) return { outcome: "blocked", code: "volume-lost", pods: lost };
  return judgeVoters(votersOf(record, pods, group), group);
}

function judgeVoters(voters: readonly Voter[], group: string): Ballot {
  const strange = voters.filter((voter) => voter.strange.size > 0);
  const fit = voters.filter((voter) => voter.strange.size === 0);
  const fits = all(fit.map(({ has }) => has));
  const wanted = union(fits, all(strange.map(({ has }) => onlyFrom(has, group))));
  const leader = fit.find(({ executed }) => includes(executed, wanted));
  if (leader !== undefined)
    return {
      outcome: "leads",
      pod: leader.pod,
      forced: false,
      strangers: strange.map(({ pod, strange }) => ({ pod, transactions: formatGtidSet(strange) })),
    };
  const fullest = fit.toSorted((one, other) => countOf(other.executed) - countOf(one.executed))[0];
  if (fullest === undefined || !includes(fits, wanted))
    return { outcome: "blocked", code: "only-on-strangers", pods: podsOf(strange) };
  const lacks = minus(wanted, fullest.executed);
  const donors = fit.filter(({ executed }) => !includes(minus(lacks, executed), lacks));
  const unexecuted = minus(lacks, all(donors.map(({ executed }) => executed)));
  if (unexecuted.size > 0) {
    const holders = fit.filter(({ has }) => !includes(minus(unexecuted, has), unexecuted));
    return { outcome: "blocked", code: "not-executed", pods: podsOf(holders) };
  }
  const from = podsOf(donors);
  return { outcome: "fetch", pod: fullest.pod, from, lacks: formatGtidSet(lacks) };
}

/** All that a stopped member has, executed or only received. */
export function hasOf(member: StoppedMember): GtidSet {
  return union(parseGtidSet(member.executed), parseGtidSet(member.received));
}

/**
 * It was in the group, and another server without any data stands in its place: a transaction that
 * was acknowledged may have been on that volume alone, as a full stop loses what the others had
 * only in memory.
 */
function lostItsVolume({ members, stopped }: GroupRecord, pod: string): boolean {
  const [known, now] = [members[pod], stopped[pod]];
  if (known === undefined || now === undefined) return false;
  return known !== now.uuid && hasOf(now).size === 0;
}

function votersOf({ stopped }: GroupRecord, pods: readonly string[], group: string): Voter[] {
  const said = pods.flatMap((pod) => {
    const member = stopped[pod];
    return member === undefined ? [] : [{ pod, member, has: hasOf(member) }];
  });
  return said.map(({ pod, member, has }) => {
    const others = all(said.filter((one) => one.pod !== pod).map((one) => one.has));
    const strange = minus(minus(has, onlyFrom(has, group)), others);
    return { pod, executed: parseGtidSet(member.executed), has, strange };
  });
}

function all(sets: readonly GtidSet[]): GtidSet {
  return sets.reduce(union, new Map());
}

function podsOf(voters: readonly Voter[]): string[] {
  return voters.map(({ pod }) => pod);
}
