import { type NamedPod, namedRun } from "../history/named-run.ts";
import { testRows } from "../history/rows.ts";
import { podNameFollowsThePod as claim } from "./pod-name-follows-the-pod.ts";

/** The IP of the Pod that the path names, where it has one. */
const right = (path: string, pods: readonly NamedPod[]) =>
  pods
    .filter(({ name, ip }) => path.startsWith(`${name}-dns@`) && ip !== null)
    .map(({ ip }) => `${ip}`);

/** mysql-1's old IP is answered until then, and nothing after it until `newMs`. */
const late =
  (oldMs: number, newMs: number) => (path: string, pods: readonly NamedPod[], atMs: number) => {
    if (!path.startsWith("mysql-1")) return right(path, pods);
    if (atMs <= oldMs) return ["10.0.0.1"];
    return atMs < newMs ? [] : ["10.0.0.9"];
  };

testRows(claim, [
  {
    title: "holds when each name has its Pod's IP, ready or not",
    history: () => namedRun(claim, { answer: right }),
  },
  {
    title: "holds when the name follows 1.5 s later",
    history: () => namedRun(claim, { answer: late(7_000, 9_600) }),
  },
  {
    title: "holds when a Pod on its way out is found for long",
    history: () => namedRun(claim, { answer: right, earlierMs: 4_000 }),
  },
  {
    title: "broken when the old IP is answered for 4 s more",
    history: () => namedRun(claim, { answer: late(10_000, 10_200) }),
    why: /10\.0\.0\.1 was answered and did not belong to mysql-1/,
  },
  {
    title: "broken when the new IP is not answered for 4 s",
    history: () => namedRun(claim, { answer: late(5_000, 12_000) }),
    why: /10\.0\.0\.9 belonged to mysql-1 and was left out/,
  },
  {
    title: "broken when the names are gone",
    history: () =>
      namedRun(claim, { answer: (path, pods, atMs) => (atMs < 3_000 ? right(path, pods) : []) }),
    why: /was left out/,
  },
  {
    title: "broken when a name leads to another Pod as well",
    history: () =>
      namedRun(claim, {
        answer: (path, pods) => [
          ...right(path, pods),
          ...(path.startsWith("mysql-0") ? ["10.0.0.2"] : []),
        ],
      }),
    why: /10\.0\.0\.2 was answered and did not belong to mysql-0/,
  },
  {
    title: "unknown when no Pod was replaced",
    history: () => namedRun(claim, { answer: right, replaced: false }),
    why: /no Pod was replaced/,
  },
  {
    title: "unknown when the server gave no answer for longer than is decided on",
    history: () =>
      namedRun(claim, {
        answer: (path, pods, atMs) => (atMs > 14_000 && atMs < 17_000 ? null : right(path, pods)),
      }),
    why: /without an answer for/,
  },
  {
    title: "unknown when it was asked too seldom",
    history: () => namedRun(claim, { answer: right, everyMs: 1_250 }),
    why: /nothing was asked on/,
  },
]);
