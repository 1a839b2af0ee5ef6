import { blinded, edited, inserted, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { externalNameIsACname as claim } from "./external-name-is-a-cname.ts";

const answering = (addresses: string[], path = "alias-dns@") =>
  edited(wholeRun(claim), (event) =>
    event.kind === "resolved" && event.path.startsWith(path) ? { ...event, addresses } : event,
  );
const withIp = (clusterIP: string) =>
  inserted(
    wholeRun(claim),
    (event) => event.kind === "steady",
    ({ atMs, from }) => ({
      ...{ kind: "service-seen", service: "api-alias", uid: "another", clusterIP, atMs, from },
      ...{ deleted: false, loadBalancer: [] },
    }),
  );

testRows(claim, [
  { title: "holds when it is a CNAME and has no IP", history: () => wholeRun(claim) },
  { title: "holds when it is headless besides", history: () => withIp("None") },
  {
    title: "broken when it has an IP",
    history: () => withIp("10.96.3.3"),
    why: /api-alias had the IP 10\.96\.3\.3/,
  },
  {
    title: "broken when there is no CNAME",
    history: () => answering([]),
    why: /api-alias was answered to be nobody/,
  },
  {
    title: "broken when it is another's, as one worker hears it",
    history: () => answering(["web.svclab.svc.cluster.local"], "alias-dns@worker2"),
    why: /was answered to be web\.svclab/,
  },
  {
    title: "unknown when it was asked for too few times",
    history: () => {
      let nth = 0;
      return without(
        wholeRun(claim),
        (e) => e.kind === "resolved" && e.path === "alias-dns@worker" && nth++ % 8 > 0,
      );
    },
    why: /alias-dns@worker was answered \d+ times only/,
  },
  {
    title: "unknown when the server did not answer one worker",
    history: () => without(wholeRun(claim), (e) => "path" in e && e.path === "alias-dns@worker"),
    why: /alias-dns@worker was answered 0 times only/,
  },
  {
    title: "unknown when there is nobody to ask",
    history: () => wholeRun(claim, { workers: [] }),
    why: /nobody asked on alias-dns/,
  },
  {
    title: "unknown when the Service was not seen",
    history: () =>
      without(wholeRun(claim), (e) => e.kind === "service-seen" && e.service === "api-alias"),
    why: /api-alias was not seen/,
  },
  {
    title: "unknown when a prober was blind",
    history: () => blinded(wholeRun(claim), "prober@worker"),
    why: /prober@worker saw nothing/,
  },
]);
