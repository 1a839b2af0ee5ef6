import { type NamedPod, namedRun } from "../history/named-run.ts";
import { blinded, testRows } from "../history/rows.ts";
import { headlessDnsIsTheReadyMembers as claim } from "./headless-dns-is-the-ready-members.ts";

const ready = (_path: string, pods: readonly NamedPod[]) =>
  pods.filter(({ ready, terminating }) => ready && !terminating).map(({ ip }) => `${ip}`);
const all = (_path: string, pods: readonly NamedPod[]) =>
  pods.flatMap(({ ip }) => (ip === null ? [] : [ip]));

testRows(claim, [
  {
    title: "holds when the ready members are answered, and no other",
    history: () => namedRun(claim, { answer: ready }),
  },
  {
    title: "broken when a member that is not ready is answered too",
    history: () => namedRun(claim, { answer: all }),
    why: /10\.0\.0\.9 was answered and did not belong to a ready member/,
  },
  {
    title: "broken when a ready member is left out",
    history: () => namedRun(claim, { answer: (path, pods) => ready(path, pods).slice(1) }),
    why: /10\.0\.0\.0 belonged to a ready member and was left out/,
  },
  {
    title: "unknown when every member was ready all the time",
    history: () => namedRun(claim, { answer: ready, replaced: false }),
    why: /no member was unready for long enough/,
  },
  {
    title: "unknown when nobody was asked",
    history: () => namedRun({ ...claim, paths: [] }, { answer: ready }),
    why: /no answer was written on members-dns@writer/,
  },
  {
    title: "unknown when the writer lost something",
    history: () => blinded(namedRun(claim, { answer: ready }), "writer"),
    why: /writer saw nothing/,
  },
]);
