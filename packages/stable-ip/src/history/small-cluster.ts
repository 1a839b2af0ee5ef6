import type { Event, SeenPod } from "@svclab/contracts";
import type { Fate, Unstamped, Ways } from "./ways.ts";

const beganMs = 1_764_000_000_000;
const tickMs = 100;
const watchLagMs = 20;
/** Probers' clocks are off, so that a judge that mixes them up is found out. */
const clockOffMs: Readonly<Record<string, number>> = {
  "prober@worker": 700,
  "prober@worker2": -400,
  "prober@host": 90,
};

/** Where the tests' web Pods run, by node. */
const webPods: Readonly<Record<string, string>> = { worker: "uid-web", worker2: "uid-web2" };

/** 172.18.0.2 and on, the control plane first. */
export function nodeAddresses(workers: readonly string[]): Record<string, string> {
  const nodes = ["control-plane", ...workers];
  return Object.fromEntries(nodes.map((node, at) => [node, `172.18.0.${2 + at}`]));
}

/** Pods, the recorders that watch and ask them, and what those wrote. Its own clock, no other. */
export class SmallCluster {
  readonly events: Event[] = [];
  readonly ways: Ways;
  /** Uids of Pods whose server is down. */
  readonly down = new Set<string>();
  /** Uids of Pods that have lost their label. */
  readonly unlabelled = new Set<string>();
  pods: readonly SeenPod[] = [];
  nowMs = beganMs;
  /** Requests on the path of graceful deletions, from each worker, a tick. */
  gracefulEach = 0;
  readonly #goneIps: string[] = [];
  /** Pods that live and are nobody's. */
  #released: readonly SeenPod[] = [];
  #made = 0;
  #ticks = 0;

  constructor(ways: Ways) {
    this.ways = ways;
  }

  write(event: Unstamped, from = "watch"): void {
    this.events.push({ atMs: this.nowMs + (clockOffMs[from] ?? 0), from, ...event } as Event);
  }

  compareClocks(): void {
    for (const recorder of [...this.ways.workers, "host"].map((vantage) => `prober@${vantage}`)) {
      const offsetMs = clockOffMs[recorder] ?? 0;
      const { uncertaintyMs } = this.ways;
      this.write({ kind: "clock", recorder, offsetMs, uncertaintyMs });
    }
  }

  /** A new Pod, not seen yet. */
  make(old: SeenPod | null, ready: boolean): SeenPod {
    const nth = this.#made++;
    const letter = String.fromCharCode("a".charCodeAt(0) + nth);
    const node = this.ways.workers[nth % this.ways.workers.length] ?? null;
    const ip = this.ways.heirIp(old, `10.244.1.${10 + nth}`);
    const names = { podUid: `uid-${letter}`, name: `pod-${letter}`, containerId: `run-${letter}` };
    const pod: SeenPod = { ...names, ip, node, ready, terminating: false };
    this.pods = [...this.pods, pod];
    return pod;
  }

  pod(name: string): SeenPod {
    const pod = this.pods.find((one) => one.name === name);
    if (pod === undefined) throw new RangeError(`no Pod ${name}: ${JSON.stringify(this.pods)}`);
    return pod;
  }

  change(change: Partial<SeenPod>, changes: (pod: SeenPod) => boolean = () => true): void {
    this.pods = this.pods.map((pod) => (changes(pod) ? { ...pod, ...change } : pod));
    this.see();
  }

  remove(podUid: string): void {
    const pod = this.pods.find((one) => one.podUid === podUid);
    this.pods = this.pods.filter((one) => one !== pod);
    this.see();
    this.forget({ podUid, ip: pod?.ip ?? null });
  }

  /** It is no longer one of the workload's, and answers at its own address as before. */
  release(pod: SeenPod): void {
    this.#released = [...this.#released, pod];
    this.pods = this.pods.filter((one) => one !== pod);
    this.see();
  }

  /** It is gone. */
  forget({ podUid, ip }: Pick<SeenPod, "podUid" | "ip">): void {
    this.#released = this.#released.filter((one) => one.podUid !== podUid);
    if (ip !== null) this.#goneIps.push(ip);
    this.write({ kind: "pod-gone", podUid });
  }

  /** The Pods as the watch sees them, and a little later their endpoints. */
  see(): void {
    this.write({ kind: "pods-seen", pods: [...this.pods] });
    this.nowMs += watchLagMs;
    const endpoints = [...this.ways.endpoints(this.#matching(), this.pods)];
    this.write({ kind: "endpoints-seen", service: "api", endpoints });
    const ruled = this.ways.rules(endpoints).map((ip) => `${ip}:8080`);
    for (const node of ["control-plane", ...this.ways.workers])
      this.write({
        ...{ kind: "rules-changed", node, service: "api", port: "http" },
        endpoints: ruled,
      });
    const state = { ready: true, serving: true, terminating: false };
    const web = Object.entries(webPods).map(([node, podUid], at) => {
      return { podUid, ip: `10.244.${1 + at}.5`, node, ...state };
    });
    this.write({ kind: "endpoints-seen", service: "web-node", endpoints: web });
    const next = [{ podUid: "uid-next", ip: "10.244.1.6", node: "worker", ...state }];
    this.write({ kind: "endpoints-seen", service: "web-next", endpoints: next });
  }

  /** Every prober asks once on each of its paths. */
  tick(): void {
    const nth = this.#ticks++;
    const { workers, resolve } = this.ways;
    for (const worker of workers) {
      this.#ask(`cluster-ip/new@${worker}`, null, this.#turn(nth));
      const client = nth % 2;
      const kept = { client, connection: 40_000 + client };
      this.#ask(`cluster-ip/kept@${worker}`, null, this.#turn(0), kept);
      this.#ask(`target-port/new@${worker}`, null, null);
      this.#ask(`metrics-port/new@${worker}`, null, this.#turn(nth));
      this.#ask(`metrics-port-crossed/new@${worker}`, null, this.#turn(nth), { status: 404 });
      this.#ask(`in-flight/new@${worker}`, null, this.#turn(nth), { tookMs: 8_004 });
      for (let more = 0; more < this.gracefulEach; more++)
        this.#ask(`graceful/new@${worker}`, null, this.#turn(nth + more));
      this.#ask(`sticky/new@${worker}`, "10.96.0.31", "uid-web");
      const version = ["uid-web", "uid-web2", "uid-next"][nth % 3] ?? null;
      this.#ask(`versions/new@${worker}`, "10.96.0.33", version);
      const drawn = `uid-web${(nth >> 4) % 2 === 0 ? "" : "2"}`;
      if (nth % 16 === 0) this.#ask(`sticky-briefly/new@${worker}`, "10.96.0.32", drawn);
      this.#ask(`node-port-ip/new@${worker}`, "10.96.0.30", nth % 2 === 0 ? "uid-web" : "uid-web2");
      this.#ask(`web-node-ip/new@${worker}`, "10.96.0.30", nth % 2 === 0 ? "uid-web" : "uid-web2");
      const web = nth % 3 === 0 ? "uid-web" : "uid-web2";
      this.#ask(`load-balancer-ip/new@${worker}`, "10.96.0.80", web);
      const own = `10.244.9.${worker.length}`;
      const source = { sent: own, seen: own };
      this.#ask(`cluster-ip-source/new@${worker}`, null, this.#turn(nth), { source });
      for (const pod of [...this.pods, ...this.#released]) {
        this.#ask(`endpoint/new@${worker}`, pod.ip, this.#alive(pod));
      }
      for (const ip of this.#goneIps) this.#ask(`endpoint/new@${worker}`, ip, null);
      this.#resolve(worker);
      const name = "api-direct.svclab.svc.cluster.local";
      const answer = { name, addresses: [...resolve(this.#matching())], tookMs: 2 };
      const path = `headless-dns@${worker}`;
      this.write({ kind: "resolved", path, ...answer }, `prober@${worker}`);
    }
    const nodes = Object.entries(nodeAddresses(workers));
    const [name, node] = nodes[nth % nodes.length] ?? ["", ""];
    const sent = "172.18.0.1";
    this.#ask("node-port/new@host", node, "uid-web", { source: { sent, seen: node } });
    const own = webPods[name] ?? null;
    this.#ask("node-port-local/new@host", node, own, { source: { sent, seen: sent } });
    this.#ask("ingress-any/new@host", "192.0.2.90", "uid-web2");
    this.#ask("ingress-host/new@host", "192.0.2.90", this.#turn(nth));
    this.#ask("ingress-path/new@host", "192.0.2.90", "uid-web");
    this.#ask("ingress-longer-path/new@host", "192.0.2.90", this.#turn(nth));
    const weighed = nth % 4 === 0 ? "uid-web" : this.#turn(nth);
    this.#ask("http-route-split/new@host", "192.0.2.91", weighed);
    this.#ask("load-balancer-port/new@host", node, "uid-web");
    this.#ask("load-balancer/new@host", "192.0.2.80", "uid-web");
    this.nowMs += tickMs;
  }

  /** What the cluster's DNS answers to queries that are not for addresses. */
  #resolve(worker: string): void {
    const zone = "svclab.svc.cluster.local";
    const ready = this.ways.resolve(this.#matching());
    const answers = {
      "alias-dns": ["api-alias", [`api.${zone}`]],
      "srv-dns": ["_metrics._tcp.api", [`api.${zone}:9100`]],
      "srv-headless-dns": [
        "_http._tcp.api-direct",
        ready.map((ip) => `${ip.replaceAll(".", "-")}.api-direct.${zone}:8080`),
      ],
    } as const;
    for (const [route, [name, addresses]] of Object.entries(answers)) {
      const answer = { name: `${name}.${zone}`, addresses: [...addresses], tookMs: 2 };
      this.write({ kind: "resolved", path: `${route}@${worker}`, ...answer }, `prober@${worker}`);
    }
  }

  /** What the Services select. */
  #matching(): readonly SeenPod[] {
    return this.pods.filter(({ podUid }) => !this.unlabelled.has(podUid));
  }

  #turn(nth: number): string | null {
    const ready = this.#matching().filter((pod) => pod.ready && !pod.terminating);
    const pod = ready[nth % Math.max(1, ready.length)];
    return pod === undefined ? null : this.#alive(pod);
  }

  #alive(pod: SeenPod): string | null {
    return this.down.has(pod.podUid) ? null : pod.podUid;
  }

  #ask(path: string, target: string | null, podUid: string | null, more: object = {}): void {
    const { lateMs, probe } = this.ways;
    const usual: Fate = podUid === null ? { why: "refused" } : { podUid };
    const fate = probe({ path, target, sinceMs: this.nowMs - beganMs, podUid }) ?? usual;
    const from = `prober@${path.slice(path.lastIndexOf("@") + 1)}`;
    const scheduledMs = this.nowMs + (clockOffMs[from] ?? 0);
    const times = { scheduledMs, sentMs: scheduledMs + lateMs, tookMs: lateMs + 4 };
    const shared = { path, ...times, ...(target === null ? {} : { target }) };
    const connection = 40_010 + (this.#ticks % 10_000);
    this.write(
      "why" in fate
        ? { kind: "unanswered", ...shared, why: fate.why }
        : { kind: "answered", ...shared, status: 200, connection, ...more, ...fate },
      from,
    );
  }
}
