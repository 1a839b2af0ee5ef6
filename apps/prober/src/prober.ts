import type { Event, HttpProbe, ProberPlan, ProberTargets } from "@svclab/contracts";
import { dnsProbe } from "./dns-probe.ts";
import { type Ask, httpProbe } from "./http-probe.ts";
import { Metronome } from "./metronome.ts";
import { readMember } from "./notes/read-member.ts";
import { NotesSessions } from "./notes/write-notes.ts";
import { tellStalls } from "./stalls.ts";

export interface Prober {
  /** false: no probe has this path. */
  setTargets(targets: ProberTargets): boolean;
  /** Ends the sessions that write notes; all else goes on. */
  endNotes(): Promise<void>;
  /** Sends nothing more, and resolves when every request that was sent has ended. */
  stop(): Promise<void>;
}

/** Sends what the plan says, at the times it says, and tells what became of each. */
export function startProber(plan: ProberPlan, tell: (event: Event) => void): Prober {
  const metronome = new Metronome();
  const pending = new Set<Promise<void>>();
  const endStalls = tellStalls(plan.recorder, plan.blindOverMs, tell);
  const send = (asked: Promise<Event>): void => {
    const told = asked.then(tell).finally(() => pending.delete(told));
    pending.add(told);
  };
  const notes = new NotesSessions(plan.recorder, tell);
  const routes = new Map<string, (change: Omit<ProberTargets, "path">) => void>();
  for (const probe of plan.probes) {
    if (probe.kind === "dns") {
      const ask = dnsProbe(plan.recorder, probe);
      const beat = () => send(ask());
      let end: (() => void) | null = null;
      const setTargets = (targets: readonly string[]) => {
        end?.();
        end = targets.length === 0 ? null : metronome.add(probe.perSecond, beat);
      };
      routes.set(probe.path, ({ targets }) => setTargets(targets));
      setTargets(probe.paused ? [] : [probe.name]);
    } else if (probe.kind === "notes") {
      metronome.add(probe.perSecond, notes.add(probe));
    } else if (probe.kind === "member") {
      let { host } = probe;
      routes.set(probe.path, ({ targets: [target = probe.host] }) => {
        host = target;
      });
      metronome.add(probe.perSecond, () => send(readMember(plan.recorder, probe, host)));
    } else {
      const { ask, connect } = httpProbe(plan.recorder, probe);
      const setTargets = streams(metronome, probe, (...asked) => send(ask(...asked)));
      routes.set(probe.path, ({ targets, connection }) => {
        if (connection !== undefined) connect(connection);
        setTargets(targets);
      });
      setTargets(probe.targets);
    }
  }
  return {
    setTargets: ({ path, ...change }) => {
      const set = routes.get(path);
      set?.(change);
      return set !== undefined;
    },
    endNotes: () => notes.end(),
    stop: async () => {
      metronome.stop();
      endStalls();
      await notes.end();
      await Promise.all(pending);
    },
  };
}

/** One stream of requests for each target; a target that stays keeps its times. */
function streams(
  metronome: Metronome,
  probe: HttpProbe,
  send: (...asked: Parameters<Ask>) => void,
): (targets: readonly string[]) => void {
  const running = new Map<string, () => void>();
  return (targets) => {
    for (const [target, end] of running) {
      if (targets.includes(target)) continue;
      end();
      running.delete(target);
    }
    for (const target of targets) {
      if (running.has(target)) continue;
      const beat = (scheduledMs: number) => send(target, scheduledMs);
      running.set(target, metronome.add(probe.perSecond, beat));
    }
  };
}
