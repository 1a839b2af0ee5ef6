import { ApiError } from "../api-error.ts";
import type { Kind } from "../kinds.ts";
import { describeRef, type KubeObject, type Metadata, type Ref, refOf } from "../object.ts";
import type {
  Change,
  Cluster,
  List,
  LogLine,
  LogWish,
  PatchKind,
  PodAnswer,
  PodName,
  PodRequest,
  Removal,
  WatchSink,
  Where,
} from "../port.ts";
import { ChangeLog, type Recorded } from "./change-log.ts";
import { merged } from "./merge.ts";

export interface FakePods {
  answer(pod: PodName, request: PodRequest): PodAnswer | Promise<PodAnswer>;
  log(pod: PodName, wish: LogWish, onLine: LogLine, signal: AbortSignal): Promise<void>;
}

const noPods: FakePods = {
  answer: () => ({ status: 502, body: "no Pod listens" }),
  log: async () => {},
};

/** The port in memory, for unit tests: objects and watches, and whatever a test says of Pods. */
export class FakeCluster implements Cluster {
  pods: FakePods = noPods;
  readonly #objects = new Map<string, KubeObject>();
  readonly #changes = new ChangeLog();
  readonly #watches = new Set<(error: Error | null) => void>();

  async get<T extends KubeObject>(
    kind: Kind<T>,
    name: { readonly namespace?: string; readonly name: string },
    signal?: AbortSignal,
  ): Promise<T | null> {
    signal?.throwIfAborted();
    const { apiVersion, kind: kindName } = kind;
    return (this.#objects.get(keyOf({ apiVersion, kind: kindName, ...name })) ?? null) as T | null;
  }

  async list<T extends KubeObject>(
    kind: Kind<T>,
    where: Where,
    signal?: AbortSignal,
  ): Promise<List<T>> {
    signal?.throwIfAborted();
    const items = [...this.#objects.values()].filter((one) => isMeant(one, kind, where)) as T[];
    return { items, resourceVersion: `${this.#changes.version}` };
  }

  async watch<T extends KubeObject>(
    kind: Kind<T>,
    where: Where & { readonly from: string },
    sink: WatchSink<T>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const tell = ({ version, change, object }: Recorded) => {
      if (isMeant(object, kind, where)) sink.changed(change, object as T);
      sink.reached(`${version}`);
    };
    const aborted = () => reject(signal.reason);
    this.#changes.refuseForgotten(Number(where.from));
    sink.opened();
    const stop = this.#changes.listen(Number(where.from), tell);
    const end = (error: Error | null) => {
      stop();
      if (error === null) resolve();
      else reject(error);
    };
    this.#watches.add(end);
    signal.addEventListener("abort", aborted, { once: true });
    try {
      await promise;
    } finally {
      stop();
      this.#watches.delete(end);
      signal.removeEventListener("abort", aborted);
    }
  }

  async apply(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    signal?.throwIfAborted();
    const old = this.#objects.get(keyOf(refOf(object)));
    return old === undefined ? this.#add(object) : this.#change(old, object, "strategic");
  }

  async create(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    await this.tryCreate(object, signal);
    return this.#add(object);
  }

  async tryCreate(object: KubeObject, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const ref = refOf(object);
    if (this.#objects.has(keyOf(ref))) throw new ApiError(describeRef(ref), 409, "already exists");
  }

  async replace(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    signal?.throwIfAborted();
    const old = this.#existing(refOf(object));
    const { resourceVersion, uid } = object.metadata;
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
      throw new ApiError(describeRef(refOf(object)), 409, "the object has been modified");
    }
    if (uid !== undefined && uid !== old.metadata.uid) {
      throw new ApiError(describeRef(refOf(object)), 409, "another uid");
    }
    return this.#put(old, object);
  }

  async patch(ref: Ref, kind: PatchKind, patch: unknown, signal?: AbortSignal) {
    signal?.throwIfAborted();
    const old = this.#existing(ref);
    const { metadata } = patch as { metadata?: Partial<Metadata> };
    const version = metadata?.resourceVersion;
    if (version !== undefined && version !== old.metadata.resourceVersion) {
      throw new ApiError(describeRef(ref), 409, "the object has been modified");
    }
    return this.#change(old, patch, kind);
  }

  async scale(ref: Ref, replicas: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#change(this.#existing(ref), { spec: { replicas } }, "merge");
  }

  async remove(ref: Ref, removal: Removal = {}, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    const old = this.#objects.get(keyOf(ref));
    if (old === undefined) return false;
    if (removal.uid !== undefined && removal.uid !== old.metadata.uid) {
      throw new ApiError(`the removal of ${describeRef(ref)}`, 409, "another uid");
    }
    this.removals.push({ ref, removal });
    this.vanish(ref);
    return true;
  }

  async log(pod: PodName, wish: LogWish, onLine: LogLine, signal: AbortSignal): Promise<void> {
    return this.pods.log(pod, wish, onLine, signal);
  }

  async askPod(pod: PodName, request: PodRequest, signal?: AbortSignal): Promise<PodAnswer> {
    signal?.throwIfAborted();
    return this.pods.answer(pod, request);
  }

  /** What was asked to be removed, in order. */
  readonly removals: { readonly ref: Ref; readonly removal: Removal }[] = [];

  /** Called after every change; how a test plays the controllers. */
  onChange(listener: (change: Change, object: KubeObject) => void): void {
    this.#changes.listen(this.#changes.version, ({ change, object }) => listener(change, object));
  }

  vanish(ref: Ref): void {
    const old = this.#existing(ref);
    this.#objects.delete(keyOf(ref));
    this.#tell("DELETED", old, this.#changes.next());
  }

  /** Ends every open watch, as a server does, or breaks it with an error. */
  endWatches(error: Error | null = null): void {
    for (const end of [...this.#watches]) end(error);
  }

  /** From now on a watch from an earlier version is refused with 410. */
  compact(): void {
    this.#changes.compact();
  }

  #existing(ref: Ref): KubeObject {
    const object = this.#objects.get(keyOf(ref));
    if (object === undefined) throw new ApiError(describeRef(ref), 404, "not found");
    return object;
  }

  #add(object: KubeObject): KubeObject {
    const version = this.#changes.next();
    const uid = `uid-${version}`;
    return this.#store("ADDED", { ...object, metadata: { ...object.metadata, uid } }, version);
  }

  #change(old: KubeObject, patch: unknown, kind: PatchKind): KubeObject {
    return this.#put(old, merged(old, patch, kind) as KubeObject);
  }

  #put(old: KubeObject, object: KubeObject): KubeObject {
    const { uid } = old.metadata;
    const metadata = { ...object.metadata, ...(uid === undefined ? {} : { uid }) };
    return this.#store("MODIFIED", { ...object, metadata }, this.#changes.next());
  }

  #store(change: Change, object: KubeObject, version: number): KubeObject {
    const metadata: Metadata = { ...object.metadata, resourceVersion: `${version}` };
    const stored = { ...object, metadata };
    this.#objects.set(keyOf(refOf(stored)), stored);
    this.#tell(change, stored, version);
    return stored;
  }

  #tell(change: Change, object: KubeObject, version: number): void {
    this.#changes.add({ version, change, object });
  }
}

function keyOf({ apiVersion, kind, namespace, name }: Ref): string {
  return [apiVersion, kind, namespace ?? "", name].join("|");
}

function isMeant(object: KubeObject, kind: Kind, where: Where): boolean {
  const { apiVersion, metadata } = object;
  if (apiVersion !== kind.apiVersion || object.kind !== kind.kind) return false;
  if (where.namespace !== undefined && metadata.namespace !== where.namespace) return false;
  const wanted = where.labels?.split(",") ?? [];
  return wanted.every((term) => {
    const [key = "", value] = term.split("=");
    const has = metadata.labels?.[key];
    return value === undefined ? has !== undefined : has === value;
  });
}
