import type { Endpoint, EventOf, SeenPod } from "@svclab/contracts";

export type SeenService = Omit<EventOf<"service-seen">, "atMs" | "from" | "kind">;

/** The world as the watch last saw it, for those who act on it and wait for it. */
export class World {
  #pods: readonly SeenPod[] = [];
  readonly #gone: SeenPod[] = [];
  readonly #addresses = new Map<string, string>();
  readonly services = new Map<string, SeenService>();
  readonly endpoints = new Map<string, readonly Endpoint[]>();
  readonly #listeners: (() => void)[] = [];

  /** Pods of the workload that are there, those on their way out included. */
  get pods(): readonly SeenPod[] {
    return this.#pods;
  }

  /** Pods that were the workload's and are not, the last one last: gone, or let go by it. */
  get gone(): readonly SeenPod[] {
    return this.#gone;
  }

  /** Ready, and not on their way out. */
  get readyPods(): readonly SeenPod[] {
    return this.#pods.filter((pod) => pod.ready && !pod.terminating);
  }

  setPods(pods: readonly SeenPod[]): void {
    const uids = new Set(pods.map((pod) => pod.podUid));
    for (const { podUid, ip } of pods) if (ip !== null) this.#addresses.set(podUid, ip);
    const left = this.#pods.filter((pod) => !uids.has(pod.podUid));
    // A Pod may lose its address from its status a moment before it goes.
    this.#gone.push(
      ...left.map((pod) => ({ ...pod, ip: this.#addresses.get(pod.podUid) ?? pod.ip })),
    );
    this.#pods = pods;
    this.#tell();
  }

  setService(service: SeenService): void {
    if (service.deleted) this.services.delete(service.service);
    else this.services.set(service.service, service);
    this.#tell();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
