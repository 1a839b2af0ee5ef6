import type { EventOf } from "@svclab/contracts";
import { edited, testRows, without } from "../history/rows.ts";
import { wholeRun } from "../history/whole-run.ts";
import { clusterIpUniqueInRange as claim } from "./cluster-ip-unique-in-range.ts";

type Tried = EventOf<"creation-tried">;

const told = (what: Tried["what"], more: Partial<Tried>) =>
  edited(wholeRun(claim), (event) =>
    event.kind === "creation-tried" && event.what === what ? { ...event, ...more } : event,
  );
const withIps = (ips: Record<string, string>) =>
  edited(wholeRun(claim), (event) =>
    event.kind === "service-ips-seen" ? { ...event, ips } : event,
  );
const inNetwork = (serviceNetwork: string) =>
  edited(wholeRun(claim), (event) =>
    event.kind === "run-began" ? { ...event, world: { ...event.world, serviceNetwork } } : event,
  );

testRows(claim, [
  { title: "holds when each has its own and others are refused", history: () => wholeRun(claim) },
  {
    title: "holds whatever headless Services there are",
    history: () =>
      withIps({ "a/a": "10.96.0.1", "a/b": "10.96.0.2", "a/c": "None", "a/d": "None" }),
  },
  {
    title: "broken when an IP that is taken is given once more",
    history: () => told("service-with-a-taken-ip", { status: 201, got: "10.96.7.7" }),
    why: /an IP that is taken was given once more/,
  },
  {
    title: "broken when another IP is given in its place",
    history: () => told("service-with-a-taken-ip", { status: 201, asked: "any", got: "10.96.7.8" }),
    why: /an IP that is taken was given once more/,
  },
  {
    title: "broken when an IP outside of the network is given",
    history: () => told("service-with-an-ip-outside", { status: 201 }),
    why: /an IP outside of the network was given/,
  },
  {
    title: "broken when two Services have one IP",
    history: () => withIps({ "a/a": "10.96.0.1", "a/b": "10.96.0.2", "b/b": "10.96.0.1" }),
    why: /b\/b has the IP of another: 10\.96\.0\.1/,
  },
  {
    title: "broken when a Service has an IP from outside of the network",
    history: () => withIps({ "a/a": "10.96.0.1", "a/b": "10.97.0.1" }),
    why: /a\/b has an IP from outside: 10\.97\.0\.1/,
  },
  {
    title: "broken when a Service has an IP of the other family",
    history: () => withIps({ "a/a": "10.96.0.1", "a/b": "fd00::1" }),
    why: /a\/b has an IP from outside/,
  },
  {
    title: "unknown when any IP is refused too",
    history: () => told("service-with-any-ip", { status: 403, said: "forbidden" }),
    why: /a Service with any IP was not accepted either: forbidden/,
  },
  {
    title: "unknown when the API fails in the place of a refusal",
    history: () => told("service-with-a-taken-ip", { status: 500, said: "no etcd" }),
    why: /an IP that is taken: no etcd/,
  },
  {
    title: "unknown when it refused another IP than the one that is taken",
    history: () => told("service-with-a-taken-ip", { asked: "10.96.9.9" }),
    why: /10\.96\.9\.9 was asked for, and 10\.96\.7\.7 is taken/,
  },
  {
    title: "unknown when the address that was to be outside is inside",
    history: () => told("service-with-an-ip-outside", { asked: "10.96.0.2" }),
    why: /no IP outside of the network was asked for, but "10\.96\.0\.2"/,
  },
  {
    title: "unknown when no address outside was known",
    history: () => told("service-with-an-ip-outside", { asked: "any", status: 201 }),
    why: /no IP outside of the network was asked for, but "any"/,
  },
  {
    title: "unknown when nothing was tried",
    history: () => without(wholeRun(claim), ({ kind }) => kind === "creation-tried"),
    why: /an IP that is taken: never tried/,
  },
  {
    title: "unknown when the Services were not looked at",
    history: () => without(wholeRun(claim), ({ kind }) => kind === "service-ips-seen"),
    why: /the IPs of 0 Services were seen/,
  },
  {
    title: "unknown when the service network is not known",
    history: () => inNetwork(""),
    why: /the service network is not known/,
  },
]);
