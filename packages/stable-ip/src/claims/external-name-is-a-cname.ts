import type { Verdict } from "@svclab/contracts";
import type { Claim, History } from "../claim.ts";
import { timeline } from "../history/timeline.ts";
import { limits } from "../limits.ts";
import { answersTo } from "../verify/answers-to.ts";
import { broken, holds, unknown } from "../verify/verdicts.ts";
import { watchDoubts } from "../verify/watch-doubts.ts";

const fault = "leave-alone";
const service = "api-alias";
const route = "alias-dns";
/** As k8s/base/api/service-alias.yaml gives it. */
const target = "api.svclab.svc.cluster.local";

export const externalNameIsACname: Claim = {
  id: "external-name-is-a-cname",
  statement:
    "A Service of type ExternalName MUST be a CNAME of the name that it gives, and MUST have no IP.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#externalname",
  matters:
    "Nothing is proxied: the caller connects to what the name leads to, so its port, its certificate and its failures are that one's.",
  seen: "From each worker the cluster's DNS is asked for the CNAME of such a Service, and the Service itself is watched.",
  upstream: "Conformance tests ask for the CNAME, and change the Service's type.",
  needs: [],
  paths: [route],
  faults: [fault],
  limits: { rowAnswers: limits.rowAnswers },
  violations: [
    {
      name: "alias-as-cluster-ip",
      how: { variant: "alias-as-cluster-ip" },
      text: "A Service of that name has an IP in the place of the name.",
    },
  ],
  judge,
};

function judge(history: History): Verdict {
  const line = timeline(history);
  const span = line.faultSpan(fault);
  if (span === null) return unknown([`${fault} is missing`]);
  const { answers, doubts: ofAnswers, unresolved } = answersTo(line, route, span);
  const seen = line.of("service-seen").map(({ event }) => event);
  const own = seen.filter((one) => one.service === service && !one.deleted);
  const wrong = answers.filter(({ addresses }) => addresses.join() !== target);
  const measured = {
    queries: answers.length,
    wrong: wrong.length,
    unresolved,
    sightings: own.length,
    clusterIP: own.at(-1)?.clusterIP || "none",
  };
  const doubts = [
    ...ofAnswers,
    ...watchDoubts(line, span, null),
    ...(own.length === 0 ? [`${service} was not seen`] : []),
  ];
  if (doubts.length > 0) return unknown(doubts, measured);
  const withIp = own.find(({ clusterIP }) => clusterIP !== "" && clusterIP !== "None");
  if (withIp !== undefined)
    return broken(`${service} had the IP ${withIp.clusterIP}`, measured, [withIp]);
  const [first] = wrong;
  if (first !== undefined) {
    const said = first.addresses.join(", ") || "nobody";
    return broken(`${service} was answered to be ${said}`, measured, [first]);
  }
  return holds(measured);
}
