import { type GroupRecord, ToolError } from "@svclab/contracts";
import { formatGtidSet, type GroupStore, type Recorded } from "@svclab/mysql-group";
import type { Member, Step } from "../decide/look.ts";
import { lookAtServer } from "../server/look-at-server.ts";
import type { Server } from "../server/server.ts";
import type { Settings } from "../settings.ts";
import {
  beginGroup,
  type Credentials,
  executeReceived,
  fetchFrom,
  joinGroup,
  stopGroup,
} from "./group-statements.ts";
import { type JoinWatch, watchJoin } from "./watch-join.ts";

export interface PerformerParts {
  readonly server: Server;
  readonly store: GroupStore;
  readonly settings: Settings;
  readonly joining: JoinWatch;
}

/** Turns a step into statements and writes. One step at a time, on a connection of its own. */
export class Performer {
  readonly #server: Server;
  readonly #store: GroupStore;
  readonly #settings: Settings;
  readonly #joining: JoinWatch;
  /** Of which server it is known that it cannot execute what it received, and why. */
  #cannotExecute: { readonly uuid: string; readonly why: string } | undefined;
  #uuid = "";

  constructor({ server, store, settings, joining }: PerformerParts) {
    this.#server = server;
    this.#store = store;
    this.#settings = settings;
    this.#joining = joining;
  }

  get cannotExecute(): string | undefined {
    return this.#cannotExecute?.uuid === this.#uuid ? this.#cannotExecute.why : undefined;
  }

  close(): void {
    this.#server.close();
  }

  async look(): Promise<Member> {
    const { member } = await lookAtServer(this.#server);
    this.#uuid = member.uuid;
    if (member.state === "ONLINE") this.#cannotExecute = undefined;
    return member;
  }

  async perform(step: Step, recorded: Recorded | null): Promise<void> {
    switch (step.do) {
      case "wait":
      case "keep-out":
      case "blocked":
        return;
      case "stop":
        return stopGroup(this.#server);
      case "execute-received":
        return this.#executeReceived();
      case "promise":
        return this.#promise(recorded);
      case "write":
        return this.#write(step.record, recorded);
      case "fetch":
        return this.#fetch(step.from, step.lacks);
      case "begin":
        return beginGroup(this.#server, this.#credentials);
      case "join":
        return watchJoin(joinGroup(this.#server, this.#credentials, step.clone), this.#joining);
    }
  }

  get #credentials(): Credentials {
    return { user: "replication", password: this.#settings.replicationPassword };
  }

  async #executeReceived(): Promise<void> {
    await stopGroup(this.#server);
    const why = await executeReceived(this.#server, this.#joining.sleep);
    if (why !== undefined) this.#cannotExecute = { uuid: this.#uuid, why };
  }

  /**
   * A start that an agent before this one has begun may still be under way: it is waited for and
   * ended, and only what the server has after that is promised.
   */
  async #promise(recorded: Recorded | null): Promise<void> {
    if (recorded === null) return;
    await stopGroup(this.#server);
    const { uuid, state, executed, received } = await this.look();
    if (state !== "OFFLINE") return;
    const promise = {
      uuid,
      executed: formatGtidSet(executed),
      received: formatGtidSet(received),
    };
    const { record } = recorded;
    const stopped = { ...record.stopped, [this.#settings.self]: promise };
    await this.#write({ ...record, stopped }, recorded);
  }

  /** Where another wrote first, the next look sees what, and decides anew. */
  async #write(record: GroupRecord, recorded: Recorded | null): Promise<void> {
    if (recorded !== null) await this.#store.write(record, recorded.version);
  }

  async #fetch(from: string, lacks: string): Promise<void> {
    const host = this.#settings.hostOf(from);
    const why = await fetchFrom(
      this.#server,
      { ...this.#credentials, host },
      lacks,
      this.#joining.sleep,
    );
    if (why === undefined) return;
    throw new ToolError({
      code: "transactions-not-fetched",
      expected: `${from} to hand over ${lacks}`,
      found: why,
      todo: "it is tried again; look at both servers' logs where it goes on",
    });
  }
}
