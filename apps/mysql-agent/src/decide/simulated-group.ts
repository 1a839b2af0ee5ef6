import { type GroupRecord, noGroupYet } from "@svclab/contracts";
import { formatGtidSet, type GtidSet, parseGtidSet } from "@svclab/mysql-group";
import type { Look, Member, Step } from "./look.ts";

/** For tests: three servers and the record in memory, as rough as Group Replication may be. */
const group = "99999999-9999-9999-9999-999999999999";
export const pods = ["mysql-0", "mysql-1", "mysql-2"];

export interface SimGroup {
  readonly incarnation: string;
  /** Those in its view; of which more than half must be there for it to go on. */
  view: Set<number>;
  primary: number;
  blocked: boolean;
}

export interface SimServer {
  readonly at: number;
  up: boolean;
  executed: Set<number>;
  received: Set<number>;
  /** Agreed on by the group and not on this disk yet: lost when the server is killed. */
  memory: Set<number>;
  group: SimGroup | null;
  failed: boolean;
  /** A join that an agent began and did not live to see the end of. */
  joining: boolean;
}

export class SimulatedGroup {
  readonly servers: readonly SimServer[] = pods.map((_, at) => ({
    ...{ at, up: true, group: null, failed: false, joining: false },
    ...{ executed: new Set<number>(), received: new Set<number>(), memory: new Set<number>() },
  }));
  readonly acknowledged = new Set<number>();
  record: GroupRecord = noGroupYet;
  version = 0;
  begun = 0;

  readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  living(): SimGroup | undefined {
    const groups = new Set(this.servers.map((server) => server.group));
    const living = [...groups].filter((each) => each !== null && !each.blocked) as SimGroup[];
    if (living.length > 1) throw new Error("two groups live at once");
    return living[0];
  }

  look(at: number, reach: (peer: number) => boolean): Look {
    const [self = ""] = [pods[at]];
    const seen = (server: SimServer) => (server.up ? this.#member(server) : null);
    return {
      ...{ self, pods, group, record: this.record, cannotExecute: undefined },
      own: seen(this.#server(at)),
      peers: new Map(
        this.servers
          .filter((server) => server.at !== at)
          .map((server) => [pods[server.at] ?? "", reach(server.at) ? seen(server) : null]),
      ),
    };
  }

  /** What an agent does, some time after it looked: the world may have moved on. */
  perform(at: number, step: Step, version: number, diesMeanwhile: boolean): void {
    const server = this.#server(at);
    if (!server.up) return;
    if (step.do === "stop") this.stop(server);
    if (step.do === "execute-received" && server.group === null) settle(server);
    if (step.do === "write") this.#write(step.record, version);
    if (step.do === "begin" && server.group === null) this.#begin(server);
    if (step.do === "join" && server.group === null) {
      server.joining = true;
      if (!diesMeanwhile) this.finishJoin(server);
    }
    if (step.do === "promise") {
      this.stop(server);
      if (diesMeanwhile) return;
      const { uuid, executed, received } = this.#member(server);
      const said = { uuid, executed: formatGtidSet(executed), received: formatGtidSet(received) };
      const { record } = this;
      const stopped = { ...record.stopped, [pods[at] ?? ""]: said };
      this.#write({ ...record, stopped }, version);
    }
    if (step.do === "fetch") {
      const donor = this.#server(pods.indexOf(step.from));
      if (donor.up && server.group === null) for (const n of donor.executed) server.executed.add(n);
    }
  }

  finishJoin(server: SimServer): void {
    if (!server.joining || !server.up) return;
    server.joining = false;
    const living = this.living();
    const primary = living && this.#server(living.primary);
    if (living === undefined || primary === undefined) return;
    const has = new Set([...primary.executed, ...primary.received, ...primary.memory]);
    if ([...server.executed, ...server.received].some((n) => !has.has(n))) {
      server.failed = true;
      return;
    }
    server.executed = has;
    server.received = new Set();
    server.group = living;
    living.view = new Set([...living.view, server.at]);
  }

  /** Two at once now and then, of which the primary may write down the later one alone. */
  write(): void {
    const living = this.living();
    const primary = living && this.#server(living.primary);
    if (living === undefined || primary === undefined) return;
    const last = Math.max(0, ...primary.executed, ...primary.received, ...primary.memory);
    const numbers = this.random() < 0.3 ? [last + 1, last + 2] : [last + 1];
    for (const n of numbers) {
      if (this.servers.some(({ executed, received }) => executed.has(n) || received.has(n)))
        throw new Error(`transaction ${n} is made a second time`);
      for (const at of living.view) this.#server(at).memory.add(n);
    }
    const [acknowledged = 0] = numbers.slice(-1);
    primary.executed.add(acknowledged);
    this.acknowledged.add(acknowledged);
  }

  /** Some of what is in memory reaches the disk, and some of that is executed. */
  flush(server: SimServer): void {
    for (const n of [...server.memory]) {
      if (this.random() < 0.4) break;
      server.memory.delete(n);
      server.received.add(n);
    }
    if (this.random() < 0.5) for (const n of server.received) server.executed.add(n);
  }

  kill(server: SimServer): void {
    server.up = false;
    this.#leave(server, false);
    Object.assign(server, { memory: new Set<number>(), joining: false, failed: false });
  }

  stop(server: SimServer): void {
    server.joining = false;
    server.failed = false;
    for (const n of server.memory) server.received.add(n);
    server.memory = new Set();
    this.#leave(server, true);
  }

  /** What unreachable_majority_timeout does. */
  giveUp(server: SimServer): void {
    if (server.group?.blocked !== true) return;
    server.group = null;
    server.failed = true;
  }

  #begin(server: SimServer): void {
    if (this.living() !== undefined) throw new Error("a second group is begun beside a living one");
    settle(server);
    const lost = [...this.acknowledged].filter((n) => !server.executed.has(n));
    if (lost.length > 0) throw new Error(`begun without acknowledged ${lost}`);
    this.begun += 1;
    const view = new Set([server.at]);
    server.group = { incarnation: `${this.begun}`, view, primary: server.at, blocked: false };
  }

  #leave(server: SimServer, inOrder: boolean): void {
    const left = server.group;
    server.group = null;
    if (left === null || left.blocked) return;
    const rest = [...left.view].filter((at) => at !== server.at);
    if (!inOrder && rest.length * 2 <= left.view.size) {
      left.blocked = true;
      return;
    }
    left.view = new Set(rest);
    if (left.primary !== server.at || rest.length === 0) return;
    left.primary = rest[Math.floor(this.random() * rest.length)] ?? 0;
    const elected = this.#server(left.primary);
    for (const n of elected.memory) elected.received.add(n);
    settle(elected);
  }

  #write(record: GroupRecord, version: number): void {
    if (version !== this.version) return;
    this.record = record;
    this.version += 1;
  }

  #server(at: number): SimServer {
    const server = this.servers[at];
    if (server === undefined) throw new Error(`no server ${at}`);
    return server;
  }

  #member(server: SimServer): Member {
    const { at, group: inGroup, failed, executed, received } = server;
    const primary = inGroup?.primary === at;
    const online = [...(inGroup?.view ?? [])].map((one) => [pods[one], `server-${one}`]);
    return {
      uuid: `server-${at}`,
      state: inGroup !== null ? "ONLINE" : failed ? "ERROR" : "OFFLINE",
      role: inGroup === null ? null : primary ? "PRIMARY" : "SECONDARY",
      incarnation: inGroup?.incarnation ?? null,
      majority: inGroup !== null && !inGroup.blocked,
      online: Object.fromEntries(online),
      executed: setOf(executed),
      received: setOf(received),
    };
  }
}

function settle(server: SimServer): void {
  for (const n of server.received) server.executed.add(n);
}

function setOf(numbers: ReadonlySet<number>): GtidSet {
  return parseGtidSet(numbers.size === 0 ? "" : `${group}:${[...numbers].join(":")}`);
}
