import assert from "node:assert/strict";
import { NoteProblem, noteHeaders, noteProblem } from "@svclab/contracts";
import type { StartedTestContainer } from "testcontainers";
import { type Port, urlOf } from "../server-container.ts";

/** Asks one api for notes as anybody would, and for its figures. */
export class NoteClient {
  readonly #api: StartedTestContainer;

  constructor(api: StartedTestContainer) {
    this.#api = api;
  }

  post(text: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.postBody(JSON.stringify({ text }), headers);
  }

  postBody(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
    const all = { "content-type": "application/json", ...headers };
    return fetch(urlOf(this.#api, "main", "/notes"), { method: "POST", headers: all, body });
  }

  ask(method: "GET" | "DELETE", path: string, headers: Record<string, string> = {}) {
    return fetch(urlOf(this.#api, "main", path), { method, headers });
  }

  async status(port: Port, path: string): Promise<number> {
    return (await fetch(urlOf(this.#api, port, path))).status;
  }

  /** 0 where it is not told: nothing of the kind has happened. */
  async figure(name: string): Promise<number> {
    const text = await (await fetch(urlOf(this.#api, "metrics", "/metrics"))).text();
    const line = text.split("\n").find((each) => each.startsWith(`${name} `));
    return Number(line?.split(" ")[1] ?? 0);
  }
}

export function gtidOf(answer: Response): string {
  const gtid = answer.headers.get(noteHeaders.gtid) ?? "";
  assert.match(gtid, /^[0-9a-f-]{36}:\d/);
  return gtid;
}

export interface Told {
  readonly status: number;
  readonly problem: NoteProblem | null;
}

/** Takes the whole answer in. */
export async function toldBy(answer: Response): Promise<Told> {
  const text = await answer.text();
  const problem = answer.ok ? null : NoteProblem.parse(JSON.parse(text));
  return { status: answer.status, problem };
}

export function assertNothingWritten({ status, problem }: Told, says: RegExp): void {
  assert.equal(status, 503, problem?.detail);
  assert.equal(problem?.type, noteProblem.nothingWritten);
  assert.match(problem.detail ?? "", says);
}
