import { ApiError } from "../api-error.ts";
import type { KubeObject } from "../object.ts";
import type { Change } from "../port.ts";

export interface Recorded {
  readonly version: number;
  readonly change: Change;
  readonly object: KubeObject;
}

type Listener = (recorded: Recorded) => void;

/** Every change with its version, told to whoever watches from any version that is still held. */
export class ChangeLog {
  #changes: Recorded[] = [];
  #oldest = 0;
  #version = 0;
  readonly #listeners = new Set<Listener>();

  get version(): number {
    return this.#version;
  }

  next(): number {
    return ++this.#version;
  }

  add(recorded: Recorded): void {
    this.#changes.push(recorded);
    for (const listener of [...this.#listeners]) listener(recorded);
  }

  /** Forgets what was, as etcd's compaction does. */
  compact(): void {
    this.#changes = [];
    this.#oldest = this.#version;
  }

  /** @throws ApiError 410, where changes after this version were forgotten. */
  refuseForgotten(from: number): void {
    if (from < this.#oldest) throw new ApiError("a watch", 410, "too old resource version");
  }

  listen(from: number, listener: Listener): () => void {
    for (const recorded of this.#changes) if (recorded.version > from) listener(recorded);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
