import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { judgedSpan, watchDoubts } from "../verify/watch-doubts.ts";

const headless = "api-direct";
/** By its rules it is known that a look at a node's rules sees any. */
const other = "api";

export const headlessHasNoIpAndNoRules: Claim = {
  id: "headless-has-no-ip-and-no-rules",
  statement: "A headless Service MUST have no IP, and no node MUST hold a rule for it.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#headless-services",
  matters:
    "Nothing stands between a caller and the Pods then: the caller chooses, and nobody balances for it.",
  seen: "The Service is watched, and at the end the rules of every node are searched for its name, and for that of a Service with an IP over the same Pods.",
  upstream:
    "Conformance tests resolve the names of headless Services; that nodes have no rules is documented.",
  needs: [],
  paths: ["node-rules"],
  faults: [],
  limits: {},
  violations: [
    {
      name: "headless-with-an-ip",
      how: { variant: "headless-with-an-ip" },
      text: "The Service is made without clusterIP: None: it gets an IP, and each node rules for it.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const { nodes } = line.began.world;
  const services = line.of("service-seen").map(({ event }) => event);
  const seen = services.filter(({ service, deleted }) => service === headless && !deleted);
  const rules = line.of("node-rules-seen").map(({ event }) => event);
  const count = (name: string) => rules.map((each) => each.rules[name] ?? 0);
  const measured = {
    sightings: seen.length,
    clusterIP: seen.at(-1)?.clusterIP ?? "not seen",
    nodes: rules.length,
    rules: Math.max(0, ...count(headless)),
    fewestRulesOfTheOther: Math.min(...(rules.length === 0 ? [0] : count(other))),
  };
  const withIp = seen.find(({ clusterIP }) => clusterIP !== "None");
  if (withIp !== undefined)
    return broken(`${headless} had the IP ${withIp.clusterIP}`, measured, [withIp]);
  const ruled = rules.find((each) => (each.rules[headless] ?? 0) > 0);
  if (ruled !== undefined)
    return broken(`${ruled.rules[headless]} rules of ${ruled.node} name ${headless}`, measured, [
      ruled,
    ]);
  const unseen = nodes.filter((node) => !rules.some((each) => each.node === node));
  const empty = rules.filter((each) => (each.rules[other] ?? 0) === 0);
  const doubts = [
    ...watchDoubts(line, judgedSpan(line), null),
    ...(seen.length === 0 ? [`${headless} was not seen`] : []),
    ...unseen.map((node) => `the rules of ${node} were not looked at`),
    ...empty.map(({ node }) => `no rule of ${node} names ${other}: none may have been seen`),
  ];
  return doubts.length > 0 ? unknown(doubts, measured) : holds(measured);
}
