import type { FaultState, FaultSwitch } from "@svclab/contracts";
import type { RequestHandler } from "express";
import type { z } from "zod";
import { problem, sendProblem } from "./problem.ts";

type Switches = typeof FaultSwitch;

/** What is wrong with this process on purpose. */
export interface Faults {
  readonly state: () => FaultState;
  readonly set: { readonly [N in keyof Switches]: (body: z.output<Switches[N]>) => void };
  readonly clear: () => void;
  /** Resolves at once, or when the hang ends. `probe`: a hang may leave the probes alone. */
  readonly released: (who: "request" | "probe") => Promise<void>;
}

interface Hang {
  readonly endsAt: number;
  readonly probes: boolean;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export function createFaults(exit: (code: number) => void): Faults {
  /** On performance.now()'s clock; 0 where it is ready, Infinity until it is set again. */
  let unreadyUntil = 0;
  let delayMs = 0;
  let status: number | null = null;
  let hang: Hang | null = null;

  const endHang = () => {
    hang?.end();
    hang = null;
  };
  return {
    state: () => ({
      ready: msUntil(unreadyUntil) === 0,
      readyInMs: Number.isFinite(unreadyUntil) ? msUntil(unreadyUntil) || null : null,
      delayMs,
      status,
      hang: hang && { endsInMs: msUntil(hang.endsAt), probes: hang.probes },
    }),
    set: {
      readiness: (body) => {
        const forMs = body.ready ? 0 : (body.forMs ?? Number.POSITIVE_INFINITY);
        unreadyUntil = performance.now() + forMs;
      },
      delay: (body) => {
        delayMs = body.ms;
      },
      status: (body) => {
        status = body.code;
      },
      crash: (body) => exit(body.exitCode),
      hang: (body) => {
        endHang();
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(endHang, body.forMs);
        const end = () => {
          clearTimeout(timer);
          resolve();
        };
        hang = { endsAt: performance.now() + body.forMs, probes: body.probes, over: promise, end };
      },
    },
    clear: () => {
      unreadyUntil = 0;
      delayMs = 0;
      status = null;
      endHang();
    },
    released: async (who) => {
      while (hang && (who === "request" || hang.probes)) await hang.over;
    },
  };
}

function msUntil(atMs: number): number {
  return Math.max(0, atMs - performance.now());
}

/** Before the routes of the main app: suffers the faults that are on. */
export function sufferFaults(faults: Faults): RequestHandler {
  return async (_request, response, next) => {
    await faults.released("request");
    const { delayMs, status } = faults.state();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (status === null) return next();
    sendProblem(response, problem(status, "A fault switch of this Pod says so."));
  };
}
