import type { IncomingMessage } from "node:http";
import type { KubeConfig } from "@kubernetes/client-node";
import { ApiError, NodeTrouble } from "./api-error.ts";
import { Discovery } from "./discovery.ts";
import type { Kind } from "./kinds.ts";
import { type ApiRequest, KubeHttp, textOf } from "./kube-http.ts";
import { linesOf } from "./lines.ts";
import { describeRef, type KubeObject, type Ref, refOf } from "./object.ts";
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
} from "./port.ts";

const fieldManager = "svclab";
/** Longer than any run, so that no watch ends in the middle of one by itself. */
const watchSeconds = 3_600;

const contentTypes: Readonly<Record<PatchKind, string>> = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

type Signal = AbortSignal | undefined;

const stampedLine = /^(\d{4}-\d\d-\d\dT\S+(?:Z|[+-]\d\d:\d\d)) (.*)$/s;

/** The port, spoken to a real API server. */
export class KubernetesCluster implements Cluster {
  readonly #http: KubeHttp;
  readonly #paths: Discovery;

  constructor(config: KubeConfig) {
    this.#http = new KubeHttp(config);
    this.#paths = new Discovery((path) => this.#json(`kinds at ${path}`, { method: "GET", path }));
  }

  async get<T extends KubeObject>(
    kind: Kind<T>,
    name: { readonly namespace?: string; readonly name: string },
    signal?: AbortSignal,
  ): Promise<T | null> {
    const ref = { ...name, apiVersion: kind.apiVersion, kind: kind.kind };
    const path = await this.#paths.object(ref);
    const request = { method: "GET", path, signal };
    return nullOn404(() => this.#json<T>(`a look at ${describeRef(ref)}`, request));
  }

  async list<T extends KubeObject>(kind: Kind<T>, where: Where, signal?: AbortSignal) {
    const path = await this.#query(kind, where, {});
    const found = await this.#json<{ items: T[]; metadata: { resourceVersion: string } }>(
      `a list of ${kind.kind}`,
      { method: "GET", path, signal },
    );
    const { apiVersion } = kind;
    // Items of a list come without what the list already says.
    const items = found.items.map((item) => ({ ...item, apiVersion, kind: kind.kind }));
    return { items, resourceVersion: found.metadata.resourceVersion } satisfies List<T>;
  }

  async watch<T extends KubeObject>(
    kind: Kind<T>,
    where: Where & { readonly from: string },
    sink: WatchSink<T>,
    signal: AbortSignal,
  ): Promise<void> {
    const path = await this.#query(kind, where, {
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: where.from,
      timeoutSeconds: `${watchSeconds}`,
    });
    const what = `a watch of ${kind.kind}`;
    const answer = await this.#open(what, { method: "GET", path, signal });
    sink.opened();
    for await (const line of bodyLines(answer, signal)) {
      const { type, object } = JSON.parse(line) as WatchLine<T>;
      if (type === "ERROR") throw new ApiError(what, object.code ?? 500, object.message ?? line);
      if (type !== "BOOKMARK") sink.changed(type, object);
      sink.reached(object.metadata.resourceVersion ?? where.from);
    }
  }

  async apply(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    const path = `${await this.#paths.object(refOf(object))}?fieldManager=${fieldManager}&force=true`;
    return this.#write("PATCH", path, object, signal, "application/apply-patch+yaml");
  }

  async create(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    const { namespace } = object.metadata;
    const path = await this.#paths.collection(object, namespace ?? "default");
    return this.#write("POST", `${path}?fieldManager=${fieldManager}`, object, signal);
  }

  async tryCreate(object: KubeObject, signal?: AbortSignal): Promise<void> {
    const path = await this.#paths.collection(object, object.metadata.namespace ?? "default");
    await this.#write("POST", `${path}?dryRun=All&fieldManager=${fieldManager}`, object, signal);
  }

  async replace(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    const path = `${await this.#paths.object(refOf(object))}?fieldManager=${fieldManager}`;
    return this.#write("PUT", path, object, signal);
  }

  async patch(ref: Ref, kind: PatchKind, patch: unknown, signal?: AbortSignal) {
    const path = `${await this.#paths.object(ref)}?fieldManager=${fieldManager}`;
    const request = { method: "PATCH", path, body: JSON.stringify(patch), signal };
    const contentType = contentTypes[kind];
    return this.#json<KubeObject>(`a patch of ${describeRef(ref)}`, { ...request, contentType });
  }

  async scale(ref: Ref, replicas: number, signal?: AbortSignal): Promise<void> {
    const path = `${await this.#paths.object(ref)}/scale?fieldManager=${fieldManager}`;
    const body = JSON.stringify({ spec: { replicas } });
    const request = { method: "PATCH", path, body, contentType: contentTypes.merge, signal };
    await this.#json(`${describeRef(ref)} at ${replicas} replicas`, request);
  }

  async remove(ref: Ref, removal: Removal = {}, signal?: AbortSignal): Promise<boolean> {
    const path = await this.#paths.object(ref);
    const { uid, graceSeconds } = removal;
    const body = JSON.stringify({
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: "Background",
      ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    });
    const request = { method: "DELETE", path, body, signal };
    const what = `the removal of ${describeRef(ref)}`;
    return (await nullOn404(() => this.#json<object>(what, request))) !== null;
  }

  async log(pod: PodName, wish: LogWish, onLine: LogLine, signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ timestamps: "true", follow: `${wish.follow}` });
    if (wish.container !== undefined) query.set("container", wish.container);
    if (wish.since !== undefined) query.set("sinceTime", wish.since);
    const path = `${podPath(pod)}/log?${query}`;
    const answer = await this.#open(`the log of ${pod.name}`, { method: "GET", path, signal });
    for await (const line of bodyLines(answer, signal)) {
      const [, at, text] = stampedLine.exec(line) ?? [];
      // The kubelet tells its own troubles in the same stream, without a time.
      if (at === undefined || text === undefined) throw new NodeTrouble(line);
      onLine(at, text);
    }
  }

  async askPod(pod: PodName, ask: PodRequest, signal?: AbortSignal): Promise<PodAnswer> {
    const path = `${podPath(pod, ask.port)}/proxy${ask.path}`;
    const body = ask.body === undefined ? {} : { body: JSON.stringify(ask.body) };
    const answer = await this.#http.send({ method: ask.method, path, signal, ...body });
    return { status: answer.statusCode ?? 0, body: await textOf(answer) };
  }

  /** Lets go of the kept connections, without which a process does not end. */
  close(): void {
    this.#http.close();
  }

  async #query(kind: Kind, where: Where, more: Readonly<Record<string, string>>): Promise<string> {
    const query = new URLSearchParams(more);
    if (where.labels !== undefined) query.set("labelSelector", where.labels);
    return `${await this.#paths.collection(kind, where.namespace)}?${query}`;
  }

  #write(
    method: string,
    path: string,
    object: KubeObject,
    signal: Signal,
    contentType = "application/json",
  ): Promise<KubeObject> {
    const request = { method, path, body: JSON.stringify(object), contentType, signal };
    return this.#json(describeRef(refOf(object)), request);
  }

  async #json<T>(what: string, request: ApiRequest): Promise<T> {
    return JSON.parse(await textOf(await this.#open(what, request))) as T;
  }

  async #open(what: string, request: ApiRequest): Promise<IncomingMessage> {
    const answer = await this.#http.send(request);
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    throw new ApiError(what, status, saidIn(await textOf(answer)));
  }
}

type WatchLine<T> =
  | { type: Change | "BOOKMARK"; object: T }
  | { type: "ERROR"; object: { code?: number; message?: string } };

function podPath({ namespace, name }: PodName, port?: number): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}${port === undefined ? "" : `:${port}`}`;
}

/** An aborted body ends with an error of its own; the signal's reason says more. */
async function* bodyLines(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<string> {
  try {
    yield* linesOf(answer);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function saidIn(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 300);
  }
}

async function nullOn404<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
