import { type EventOf, type FaultKind, historyFormat, type SeenPod } from "@svclab/contracts";
import type { History } from "../claim.ts";
import { nodeAddresses, SmallCluster } from "./small-cluster.ts";
import { orderly, type Unstamped, type Ways, type Why } from "./ways.ts";

const [ip, port] = ["10.96.7.7", "31234"];
const created = { status: 201, said: "created" };
const refused = { status: 422, said: "refused" };
/** What an orderly API says. */
const triedServices: readonly Omit<EventOf<"creation-tried">, "atMs" | "from" | "kind">[] = [
  { what: "service-with-named-ports", ...created },
  { what: "service-with-nameless-ports", ...refused },
  { what: "service-with-any-ip", asked: "any", got: ip, ...created },
  { what: "service-with-a-taken-ip", asked: ip, ...refused },
  { what: "service-with-an-ip-outside", asked: "172.18.0.2", ...refused },
  { what: "any-node-port", asked: "any", got: port, ...created },
  { what: "taken-node-port", asked: port, ...refused },
  { what: "node-port-outside", asked: "80", ...refused },
  { what: "freed-node-port", asked: port, ...refused },
  { what: "freed-node-port", asked: port, got: port, ...created },
];

const services = ["api", "api-direct", "api-alias", "web-node", "web-public"];

/** A history of a small cluster, told step by step: `history().service("10.96.0.9").answers(20)`. */
export function history(ways: Partial<Ways> = {}): HistoryBuilder {
  return new HistoryBuilder({ ...orderly, ...ways });
}

export class HistoryBuilder {
  readonly #cluster: SmallCluster;
  readonly #uids = new Map<string, string>();

  constructor(ways: Ways) {
    this.#cluster = new SmallCluster(ways);
    this.write({
      kind: "run-began",
      format: historyFormat,
      run: "2025-11-24T16-00-00",
      commit: "0000000",
      claims: [...ways.claims],
      faults: [...ways.faults],
      control: ways.control,
      violation: ways.violation,
      world: {
        workload: "deployment/api",
        replicas: ways.replicas,
        nodes: ["control-plane", ...ways.workers],
        workers: [...ways.workers],
        nodeAddresses: nodeAddresses(ways.workers),
        serviceNetwork: "10.96.0.0/16",
        nodesReachable: ways.nodesReachable,
      },
    });
    this.#cluster.compareClocks();
    for (let pod = 0; pod < ways.replicas; pod++) this.#cluster.make(null, true);
    this.#cluster.see();
  }

  /** Any event, as the watch would write it now. */
  write(event: Unstamped): this {
    this.#cluster.write(event);
    return this;
  }

  /** All Services as they are on an orderly cluster, or the one that `more` names. */
  service(clusterIP: string, more: Partial<EventOf<"service-seen">> = {}): this {
    for (const service of more.service === undefined ? services : [more.service]) {
      const loadBalancer = service === "web-public" ? ["192.0.2.80"] : [];
      const own = { "api-direct": "None", "api-alias": "" }[service] ?? clusterIP;
      const uid = more.uid ?? this.#uids.get(service) ?? `uid-${service}`;
      this.#uids.set(service, uid);
      const seen = { service, uid, deleted: false, loadBalancer };
      this.write({ kind: "service-seen", ...seen, clusterIP: own, ...more });
    }
    return this;
  }

  steady(): this {
    return this.answers(5).write({ kind: "steady" });
  }

  violation(name: string): this {
    return this.write({ kind: "violation-applied", name });
  }

  /** So many ticks of 100 ms; at each, every prober asks on each of its paths. */
  answers(ticks: number): this {
    for (let tick = 0; tick < ticks; tick++) this.#cluster.tick();
    return this;
  }

  fault(fault: FaultKind, body: (history: this) => void): this {
    this.write({ kind: "fault-began", fault }).answers(1);
    body(this);
    return this.write({ kind: "fault-ended", fault }).answers(3);
  }

  /** Kills a Pod by its name and lets the cluster recover; the answers go on meanwhile. */
  kill(name: string, how: "graceful" | "sigkill" = "graceful"): this {
    const pod = this.#cluster.pod(name);
    const { podUid, node } = pod;
    this.write({ kind: "pod-kill-sent", podUid, podIp: `${pod.ip}`, node: `${node}`, how });
    return how === "graceful" ? this.#replace(pod) : this.#restart(pod);
  }

  /** Names of the Pods that are there and not on their way out. */
  names(): string[] {
    return this.#cluster.pods.filter((pod) => !pod.terminating).map((pod) => pod.name);
  }

  /** Takes the label off a Pod, which lives on until it is deleted; another takes its place. Its workload lets it go late. */
  relabel(name: string, letGoTicks = 0): this {
    const cluster = this.#cluster;
    const pod = cluster.pod(name);
    this.write({ kind: "pod-relabelled", podUid: pod.podUid, podIp: `${pod.ip}` });
    cluster.unlabelled.add(pod.podUid);
    cluster.see();
    this.answers(letGoTicks);
    cluster.release(pod);
    const heir = cluster.make(pod, false);
    cluster.see();
    this.answers(20);
    cluster.change({ ready: true }, (one) => one.podUid === heir.podUid);
    this.answers(90);
    cluster.forget(pod);
    return this.answers(5);
  }

  scale(replicas: number): this {
    const cluster = this.#cluster;
    this.write({ kind: "scale-sent", replicas });
    if (replicas === 0) {
      cluster.change({ terminating: true });
      this.answers(30);
      for (const { podUid } of cluster.pods) cluster.remove(podUid);
      return this.answers(30);
    }
    for (let pod = cluster.pods.length; pod < replicas; pod++) cluster.make(null, false);
    cluster.see();
    this.answers(10);
    cluster.change({ ready: true });
    return this.answers(5);
  }

  /** Deletes so many Pods in turn, the one that is there longest first, under many requests. */
  deleteMany(pods: number, requestsEach: number): this {
    this.#cluster.gracefulEach = requestsEach;
    for (let deleted = 0; deleted < pods; deleted++) this.kill(this.names()[0] ?? "");
    this.#cluster.gracefulEach = 0;
    return this;
  }

  rollOut(): this {
    this.write({ kind: "roll-out-sent" });
    for (const name of this.names()) this.#replace(this.#cluster.pod(name));
    return this;
  }

  /** Marks a Pod ready or not, as its probe would. */
  ready(name: string, ready: boolean): this {
    this.#cluster.change({ ready }, (pod) => pod.name === name);
    return this;
  }

  /** New connections from each worker, `pick` deciding which of the Pods gets each. */
  load(connections: number, pick: (nth: number, node: string) => number | Why): this {
    const { workers } = this.#cluster.ways;
    const scheduled = Math.ceil(connections / workers.length);
    for (const node of workers) {
      for (let nth = 0; nth < scheduled; nth++) this.#connect(node, nth, pick(nth, node));
      const path = `spread/new@${node}`;
      const ended: Unstamped = { kind: "load-ended", path, node, scheduled, dropped: 0 };
      this.#cluster.write(ended, `k6@${node}`);
    }
    return this.answers(250);
  }

  end(complete = true): History {
    this.service("10.96.0.9");
    for (const tried of triedServices) this.write({ kind: "creation-tried", ...tried });
    this.write({
      kind: "service-ips-seen",
      ips: { "svclab/api": "10.96.0.9", "a/b": "10.96.0.10" },
    });
    for (const node of ["control-plane", ...this.#cluster.ways.workers])
      this.write({ kind: "node-rules-seen", node, rules: { api: 5, "api-direct": 0 } });
    this.write({ kind: "run-ended", complete });
    return this.events();
  }

  events(): History {
    return this.#cluster.events;
  }

  #connect(node: string, nth: number, picked: number | Why): void {
    const scheduledMs = this.#cluster.nowMs + nth;
    const shared = { path: `spread/new@${node}`, scheduledMs, sentMs: scheduledMs, tookMs: 3 };
    const pod = typeof picked === "number" ? this.#cluster.pods[picked] : undefined;
    const why = typeof picked === "number" ? "refused" : picked;
    const answer = { podUid: pod?.podUid ?? "", status: 200, connection: 32_768 + 2 * nth };
    const event: Unstamped =
      pod === undefined
        ? { kind: "unanswered", ...shared, why }
        : { kind: "answered", ...shared, ...answer };
    this.#cluster.write(event, `k6@${node}`);
  }

  #replace({ podUid, ...pod }: SeenPod): this {
    const cluster = this.#cluster;
    cluster.change({ terminating: true }, (one) => one.podUid === podUid);
    const heir = cluster.make({ podUid, ...pod }, false);
    cluster.see();
    this.answers(10);
    cluster.change({ ready: true }, (one) => one.podUid === heir.podUid);
    this.answers(20);
    cluster.remove(podUid);
    return this.answers(18);
  }

  #restart({ podUid, containerId }: SeenPod): this {
    const cluster = this.#cluster;
    const itself = (one: SeenPod) => one.podUid === podUid;
    cluster.down.add(podUid);
    this.answers(4);
    cluster.change({ ready: false }, itself);
    this.answers(6);
    cluster.down.delete(podUid);
    cluster.change({ ready: true, containerId: `${containerId}'` }, itself);
    return this.answers(5);
  }
}
