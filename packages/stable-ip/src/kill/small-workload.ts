import { type KubeObject, kinds, type Pod, refOf } from "@svclab/cluster";
import { FakeCluster } from "@svclab/cluster/testing";
import type { Event } from "@svclab/contracts";
import { patientClock } from "../observe/patient-clock.ts";
import { watch } from "../observe/watch.ts";
import { World } from "../observe/world.ts";
import { Removals } from "../removals.ts";
import type { KillingHands } from "./hands.ts";

const namespace = "svclab";
const labels = { "app.kubernetes.io/name": "api" };

/**
 * For tests: one Deployment in a fake cluster, and the controllers it needs. Pods come one after
 * another and are ready a moment later; a killed container is started again.
 */
export class SmallWorkload {
  readonly cluster = new FakeCluster();
  readonly events: Event[] = [];
  readonly world = new World();
  readonly removals = new Removals();
  readonly clock = patientClock();
  readonly stop = new AbortController();
  readonly shell: {
    readonly node: string;
    readonly argv: readonly string[];
    readonly input?: string;
  }[] = [];
  /** Whether new Pods become ready and killed containers are started again. */
  well = true;
  /** Of recorders; told to whoever kills. */
  stalls = 0;
  /** On each route; told to whoever kills. */
  answers = 0;
  #made = 0;
  #replicaSet: KubeObject | null = null;
  #template = "";

  /** Resolves when all Pods are ready and seen to be. */
  static async started(replicas = 3): Promise<SmallWorkload> {
    const workload = new SmallWorkload();
    const { cluster } = workload;
    cluster.onChange((change, object) => {
      if (object.kind === "Deployment" && change !== "DELETED") workload.#later();
      if (object.kind !== "Pod") return;
      if (change === "DELETED") workload.#later();
      if (change === "MODIFIED" && isLetGo(object))
        setImmediate(() => void workload.#release(object));
    });
    const deployment = await cluster.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace, name: "api", generation: 1 },
      spec: {
        replicas,
        template: { metadata: { labels }, spec: { containers: [{ name: "api" }] } },
      },
    } as KubeObject);
    void watch({ ...workload.hands(replicas), workloadUid: `${deployment.metadata.uid}` });
    while (workload.world.readyPods.length < replicas) await new Promise(setImmediate);
    return workload;
  }

  hands(replicas = 3): KillingHands {
    const { cluster, world, clock, removals } = this;
    return {
      ...{ cluster, world, clock, removals, namespace, deployment: "api", replicas },
      nodeShell: async (node, argv, input) => {
        this.shell.push({ node, argv, ...(input === undefined ? {} : { input }) });
        if (argv.includes("SIGKILL")) this.#restart(argv.at(-1) ?? "");
        if (argv.at(-1)?.includes("/faults/crash")) this.#restart(argv[7] ?? "");
        else if (argv.includes("exec")) await this.#switch(argv);
        return "";
      },
      record: (fact, atMs = clock.nowMs()) => {
        this.events.push({ atMs, from: "watch", ...fact } as Event);
      },
      stalls: () => this.stalls,
      answers: () => this.answers,
      signal: this.stop.signal,
    };
  }

  /** Events of what was done, without those of what was seen. */
  deeds(): string[] {
    return this.events.flatMap((event) => {
      switch (event.kind) {
        case "pod-kill-sent":
          return [`${event.how} ${event.podUid}`];
        case "pod-gone":
          return [`gone ${event.podUid}`];
        case "scale-sent":
          return [`scale ${event.replicas}`];
        case "roll-out-sent":
        case "violation-applied":
          return [event.kind];
        case "fault-began":
        case "fault-ended":
          return [`${event.kind} ${event.fault}`];
        default:
          return [];
      }
    });
  }

  /** What a Deployment's controller does, some turns later. */
  #later(): void {
    setImmediate(() => setImmediate(() => void this.#control()));
  }

  async #control(): Promise<void> {
    const { cluster } = this;
    const found = await cluster.get(kinds.deployment, { namespace, name: "api" });
    if (found === null) return;
    const deployment = found as KubeObject & { spec: { replicas: number; template: object } };
    const template = JSON.stringify(deployment.spec.template);
    const isNew = template !== this.#template;
    if (isNew) {
      this.#template = template;
      this.#replicaSet = await cluster.create({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: owned(`api-${this.#made}`, deployment),
      });
    }
    const owner = this.#replicaSet;
    if (owner === null) return;
    const all = (await cluster.list(kinds.pod, { namespace })).items.filter(isOwned);
    const isOld = (pod: Pod) => pod.metadata.ownerReferences?.[0]?.uid !== owner.metadata.uid;
    const current = all.filter((pod) => !isOld(pod));
    for (const pod of all.filter(isOld)) cluster.vanish(refOf(pod));
    const { replicas } = deployment.spec;
    for (let more = current.length; more < replicas; more++) await this.#make(owner);
    for (const pod of current.slice(replicas)) cluster.vanish(refOf(pod));
  }

  /** A Pod without the selector's label is let go, and another made. */
  async #release(pod: KubeObject): Promise<void> {
    await this.cluster.patch(refOf(pod), "merge", { metadata: { ownerReferences: null } });
    this.#later();
  }

  async #make(owner: KubeObject): Promise<void> {
    const nth = ++this.#made;
    const pod = await this.cluster.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...owned(`api-${nth}`, owner), labels },
      spec: { nodeName: `worker${nth % 2}` },
      status: { podIP: `10.244.0.${nth}`, ...containerStatus(`run-${nth}`, false) },
    } as KubeObject);
    this.#becomeReady(pod, `run-${nth}`).catch(() => {});
  }

  async #becomeReady(pod: KubeObject, container: string): Promise<void> {
    await this.clock.sleep(300, this.stop.signal);
    if (!this.well) return;
    const status = containerStatus(container, true);
    await this.cluster.patch(refOf(pod), "merge", { status });
  }

  /** The readiness switch: ctr tasks exec --exec-id <id> <container> node … <script>. */
  async #switch(argv: readonly string[]): Promise<void> {
    const container = argv[7] ?? "";
    const pod = await this.#podOf(container);
    const ready = argv.at(-1)?.includes('"ready":true') ?? false;
    const status = containerStatus(container, ready);
    if (pod !== undefined) await this.cluster.patch(refOf(pod), "merge", { status });
  }

  async #podOf(container: string): Promise<Pod | undefined> {
    const all = (await this.cluster.list(kinds.pod, { namespace })).items;
    return all.find((pod) =>
      pod.status?.containerStatuses?.[0]?.containerID?.endsWith(`/${container}`),
    );
  }

  #restart(container: string): void {
    setImmediate(async () => {
      const pod = await this.#podOf(container);
      if (pod === undefined) return;
      const status = containerStatus(`${container}-again`, false);
      await this.cluster.patch(refOf(pod), "merge", { status });
      this.#becomeReady(pod, `${container}-again`).catch(() => {});
    });
  }
}

function isOwned({ metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).length > 0;
}

function isLetGo(pod: KubeObject): boolean {
  return isOwned(pod) && pod.metadata.labels?.["app.kubernetes.io/name"] === undefined;
}

function owned(name: string, owner: KubeObject) {
  const { kind, metadata } = owner;
  return { namespace, name, ownerReferences: [{ kind, uid: `${metadata.uid}` }] };
}

function containerStatus(id: string, ready: boolean): NonNullable<Pod["status"]> {
  return {
    conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    containerStatuses: [{ name: "api", ready, containerID: `containerd://${id}` }],
  };
}
