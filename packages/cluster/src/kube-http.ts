import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { ToolError } from "@svclab/contracts";

export interface ApiRequest {
  readonly method: string;
  /** From the server's root, with its query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Requests to one API server over kept connections, with the kubeconfig's credentials. The
 * library's own request path opens a connection for each call (createDispatcher in its config.js),
 * which costs a handshake each and would blur every clock comparison.
 */
export class KubeHttp {
  readonly #config: KubeConfig;
  readonly #agents = {
    "https:": new https.Agent({ keepAlive: true }),
    "http:": new http.Agent({ keepAlive: true }),
  };

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** The answer's head has come; its body is the caller's to read. */
  async send(request: ApiRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted();
    const { base, options } = await this.#prepare(request);
    const sender = base.protocol === "http:" ? http : https;
    return new Promise((resolve, reject) => {
      const url = base.href.replace(/\/$/, "") + request.path;
      const sent = sender.request(url, options, resolve);
      sent.on("error", (cause) =>
        reject(request.signal?.aborted ? reason(request) : lost(base, cause)),
      );
      sent.end(request.body);
    });
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #prepare({ method, body, contentType, signal }: ApiRequest) {
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) throw new TypeError("the kubeconfig has no current cluster");
    const base = new URL(cluster.server);
    const options: https.RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    // With a proxy the library's own agent knows the way; it is rare and may be slow.
    if (!cluster.proxyUrl)
      options.agent = this.#agents[base.protocol === "http:" ? "http:" : "https:"];
    options.method = method;
    if (signal !== undefined) options.signal = signal;
    options.headers = {
      ...options.headers,
      accept: "application/json",
      "user-agent": "svclab",
      ...(body === undefined
        ? {}
        : {
            "content-type": contentType ?? "application/json",
            "content-length": Buffer.byteLength(body),
          }),
    };
    return { base, options };
  }
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function reason(request: ApiRequest): unknown {
  return request.signal?.reason;
}

function lost(server: URL, cause: Error): ToolError {
  return new ToolError({
    code: "cluster-unreachable",
    expected: `an API server at ${server.host}`,
    found: cause.message || cause.name,
    todo: "see whether the cluster is up: ./svclab status",
    cause,
  });
}
