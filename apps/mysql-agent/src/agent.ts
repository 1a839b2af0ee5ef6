import { setTimeout as sleep } from "node:timers/promises";
import { type Recorded, union } from "@svclab/mysql-group";
import type { Logger } from "pino";
import type { Look, Member, Step } from "./decide/look.ts";
import { nextStep } from "./decide/next-step.ts";
import { HeardFromOthers } from "./hear-others.ts";
import type { RoleLabels } from "./label-roles.ts";
import { Lag } from "./lag.ts";
import { limits } from "./limits.ts";
import { lookAtServer } from "./server/look-at-server.ts";
import type { Server } from "./server/server.ts";
import type { Settings } from "./settings.ts";
import type { Performer } from "./steps/perform-step.ts";

/** What is known of the own server, and when it was seen. */
export interface Known {
  readonly member: Member;
  readonly atMs: number;
  readonly lagMs: number;
}

export interface AgentParts {
  readonly settings: Settings;
  readonly group: string;
  readonly server: Server;
  readonly performer: Performer;
  readonly labels: RoleLabels;
  readonly readRecord: () => Promise<Recorded>;
  readonly askPeer: (pod: string) => Promise<Member | null>;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/**
 * Loops that never wait for each other: one looks and labels, one does one step at a time, and one
 * for each of the others hears what that one has.
 */
export class Agent {
  readonly #parts: AgentParts;
  readonly #lag = new Lag();
  readonly #heard: HeardFromOthers;
  #known: Known | null = null;
  #recorded: Recorded | null = null;
  #step: Step = { do: "wait", why: "nothing was looked at yet" };

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#heard = new HeardFromOthers(parts.group);
  }

  /** null where the server has not answered of late. */
  get known(): Known | null {
    const { nowMs } = this.#parts;
    return this.#known !== null && nowMs() - this.#known.atMs <= limits.answerMs
      ? this.#known
      : null;
  }

  /** A group is there to be joined, or the server is in it already. */
  async groupLives(): Promise<boolean> {
    if (this.known !== null && this.known.member.state !== "OFFLINE") return true;
    const members = await Promise.all(this.#others.map(this.#parts.askPeer));
    return members.some(
      (member) => member?.majority === true && member.incarnation === this.incarnation,
    );
  }

  /** The group that the record names, as last read. */
  get incarnation(): string | null {
    return this.#recorded?.record.incarnation ?? null;
  }

  get step(): Step {
    return this.#step;
  }

  get #others(): readonly string[] {
    const { pods, self } = this.#parts.settings;
    return pods.filter((pod) => pod !== self);
  }

  async run(signal: AbortSignal): Promise<void> {
    const hearing = this.#others.map((pod) => this.#hearOn(pod, signal));
    try {
      await Promise.all([this.#lookOn(signal), this.#stepOn(signal), ...hearing]);
    } finally {
      this.#parts.server.close();
      this.#parts.performer.close();
    }
  }

  async #hearOn(pod: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#heard.hear(await this.#parts.askPeer(pod));
      await sleep(limits.hearEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #lookOn(signal: AbortSignal): Promise<void> {
    const { server, nowMs, logger } = this.#parts;
    let answeredMs: number | null = null;
    let trustedMs = 0;
    while (!signal.aborted) {
      const beganMs = nowMs();
      try {
        const { member, closed } = await lookAtServer(server);
        // Paused or stopped, it comes back as the primary that it was.
        if (answeredMs !== null && nowMs() - answeredMs > limits.silentMs)
          trustedMs = nowMs() + limits.calmMs;
        answeredMs = nowMs();
        const known = union(member.received, this.#heard.executedBesides(member));
        const lagMs = this.#lag.look(member.executed, known, beganMs);
        this.#known = { member, atMs: beganMs, lagMs };
        const serves = member.state === "ONLINE" && member.incarnation === this.incarnation;
        if (serves && closed) await server.query("SET GLOBAL offline_mode = OFF", limits.answerMs);
        if (serves && nowMs() >= trustedMs) await this.#label(member, signal);
      } catch (error) {
        this.#known = null;
        logger.debug({ error: `${error}` }, "look");
      }
      await sleep(limits.lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** The API server may be away for a while; the member serves on. */
  async #label(member: Member, signal: AbortSignal): Promise<void> {
    const { labels, settings, nowMs, logger } = this.#parts;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limits.answerMs)]);
    await labels.follow(settings.self, member, nowMs(), limit).catch((error) => {
      logger.warn({ error: `${error}` }, "the labels may be wrong");
    });
  }

  async #stepOn(signal: AbortSignal): Promise<void> {
    const { performer, logger } = this.#parts;
    while (!signal.aborted) {
      const look = await this.#lookAround();
      const step = nextStep(look);
      if (JSON.stringify(step) !== JSON.stringify(this.#step)) logger.info(step, "step");
      this.#step = step;
      try {
        await performer.perform(step, this.#recorded);
      } catch (error) {
        logger.error({ step: step.do, error: `${error}` }, "failed");
      }
      const calm = look.own?.state === "ONLINE" && step.do === "wait";
      const pauseMs = calm ? limits.recordEveryMs : limits.lookEveryMs;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #lookAround(): Promise<Look> {
    const { settings, group, askPeer, readRecord, performer, logger } = this.#parts;
    const own = await performer.look().catch(() => null);
    const alone = own?.state !== "ONLINE";
    const [answers, recorded] = await Promise.all([
      Promise.all(
        this.#others.map(async (pod) => [pod, alone ? await askPeer(pod) : null] as const),
      ),
      readRecord().catch((error) => {
        logger.warn({ error: `${error}` }, "the record cannot be read");
        return null;
      }),
    ]);
    if (recorded !== null) this.#recorded = recorded;
    return {
      self: settings.self,
      pods: settings.pods,
      group,
      own,
      peers: new Map(answers),
      record: recorded?.record ?? null,
      cannotExecute: performer.cannotExecute,
    };
  }
}
