import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { type Request, timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { round3 } from "../verify/measured.ts";
import { fromWorkers } from "../verify/path-doubts.ts";
import { isLost, shareAnswered } from "../verify/requests.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan } from "../verify/watch-doubts.ts";

const through = "cluster-ip/new";
const beside = "target-port/new";
const direct = "endpoint/new";

export const portMapsToTargetPort: Claim = {
  id: "port-maps-to-target-port",
  statement:
    "A port of a Service MUST lead to the targetPort of its Pods, and the Service's IP MUST NOT answer on that other number.",
  source:
    "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports (port and targetPort)",
  matters:
    "Callers know port, containers listen on targetPort. Who mixes them up gets no answer, and may open what was to stay closed.",
  seen: "From each worker the Service is asked on its port 80 and on 8080, where its Pods listen, and each Pod is asked on 8080 itself.",
  upstream:
    "Conformance tests reach Pods whose ports differ; that the other number is closed is not asked.",
  needs: ["two-replicas", "two-workers"],
  paths: [through, beside, direct],
  faults: [],
  limits: { rowAnswers: limits.rowAnswers, answeredShare: limits.answeredShare },
  violations: [
    {
      name: "target-port-wrong",
      how: { variant: "target-port-wrong" },
      text: "targetPort is a number on which no container listens.",
    },
    {
      name: "target-port-published",
      how: { variant: "target-port-published" },
      text: "The Service has a port more, of the number on which its Pods listen.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = judgedSpan(line);
  const asked = (route: string) => fromWorkers(line, route, { span, decidesOnMs: null });
  const [onPort, onOther, atPods] = [asked(through), asked(beside), asked(direct)];
  const answers = (requests: readonly Request[]) => requests.filter((one) => !isLost(one)).length;
  const fewest = (counts: readonly number[]) => Math.min(...counts);
  const share = fewest(onPort.map(({ requests }) => shareAnswered(requests)));
  // Any answer: whoever gave it listened there.
  const open = onOther.flatMap(({ requests }) =>
    requests.filter(({ event }) => event.kind === "answered"),
  );
  const measured = {
    fewestAnswersOnPort: fewest(onPort.map(({ requests }) => answers(requests))),
    leastShareAnswered: round3(share),
    fewestAskedOnTheOther: fewest(onOther.map(({ requests }) => requests.length)),
    answersOnTheOther: open.length,
    fewestAnswersOfPods: fewest(atPods.map(({ requests }) => answers(requests))),
  };
  const doubts = [...onPort, ...onOther, ...atPods].flatMap((one) => one.doubts);
  if (doubts.length > 0) return unknown([...new Set(doubts)], measured);
  const [first] = open;
  if (first !== undefined)
    return broken(
      `the Service's IP answered ${open.length} times on the number that is its Pods' own`,
      measured,
      [first.event],
    );
  const few = [
    ...(measured.fewestAnswersOfPods < limits.rowAnswers ? ["the Pods themselves"] : []),
    ...(measured.fewestAskedOnTheOther < limits.rowAnswers ? ["the other number"] : []),
    ...(onPort.some(({ requests }) => requests.length < limits.rowAnswers) ? ["the port"] : []),
  ];
  if (few.length > 0) return unknown([`too few asked of ${few.join(", ")}`], measured);
  if (share < limits.answeredShare)
    return broken(
      `the port answered ${measured.fewestAnswersOnPort} times only, while the Pods listened`,
      measured,
      onPort.flatMap(({ requests }) => requests.filter(isLost).map(({ event }) => event)),
    );
  return holds(measured);
}
