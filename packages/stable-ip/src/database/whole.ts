import type { World } from "../observe/world.ts";
import { databaseNames } from "./lab.ts";
import type { Members } from "./members.ts";

/** Why the group is not whole, in plain words; empty: it is. */
export function notWhole(world: World, members: Members): string[] {
  const { members: names, primary, read } = databaseNames;
  const said = names.map((pod) => ({ pod, member: members.get(pod) }));
  const incarnations = new Set(said.map(({ member }) => member?.incarnation));
  const leader = members.primary;
  const uidOf = (pod: string | undefined) => world.pods.find(({ name }) => name === pod)?.podUid;
  const ready = (service: string) =>
    (world.endpoints.get(service) ?? []).filter((each) => each.ready).map((each) => each.podUid);
  const led = ready(primary);
  return [
    ...said
      .filter(({ member }) => member?.state !== "ONLINE" || !member.majority)
      .map(({ pod, member }) => `${pod} is ${member?.state ?? "silent"}`),
    ...said
      .filter(({ member }) => Object.keys(member?.online ?? {}).length !== names.length)
      .map(({ pod }) => `${pod} does not see all members`),
    ...(incarnations.size > 1 ? ["members are in different groups"] : []),
    ...(world.readyPods.length === names.length ? [] : [`${world.readyPods.length} ready Pods`]),
    ...(leader === null ? ["no primary is known"] : []),
    // That it leads to nobody else is a claim, and no condition.
    ...(led.some((uid) => uid === uidOf(leader?.pod)) ? [] : [`${primary} leads elsewhere`]),
    ...(ready(read).length === names.length ? [] : [`${ready(read).length} behind ${read}`]),
  ];
}
