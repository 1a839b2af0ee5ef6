import type { GroupRecord } from "@svclab/contracts";
import type { Member, Step } from "./look.ts";

/** It serves, unless the record says that another group has been decided on since. */
export function stepWhenOnline(self: string, own: Member, record: GroupRecord): Step {
  const { incarnation, majority } = own;
  if (incarnation === null) return { do: "wait", why: "the group's view is not known yet" };
  const leads = own.role === "PRIMARY" && majority;
  if (incarnation === record.incarnation) {
    const members = { ...record.members, ...own.online };
    if (!leads || same(members, record.members)) return { do: "wait", why: "this member serves" };
    return { do: "write", record: { ...record, members }, why: "a member has come into the group" };
  }
  const begun = { ...record, incarnation, members: { ...own.online }, stopped: {}, order: null };
  if (record.incarnation === null && record.leader === self && leads)
    return { do: "write", record: begun, why: "this member has begun the group" };
  // The record was lost, and this group is older than it.
  if (record.epoch === 0 && leads)
    return {
      do: "write",
      record: { ...begun, epoch: 1, leader: self },
      why: "a group lives that the record does not know",
    };
  if (record.epoch === 0) return { do: "wait", why: "the primary is to write the group down" };
  return { do: "stop", why: "another group has been decided on since this one began" };
}

function same(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((n) => one[n] === other[n]);
}
