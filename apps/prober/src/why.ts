import type { EventOf } from "@svclab/contracts";

type Why = EventOf<"unanswered">["why"];

const byCode: Readonly<Record<string, Why>> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  // What a `reject` rule with an administrative code makes of a connection.
  EACCES: "unreachable",
  EPERM: "unreachable",
};

/** This side's own shortage: nothing was asked, so nothing was refused. */
const ownCodes = new Set(["EADDRNOTAVAIL", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** Why no whole answer came; null where no request left. */
export function whyOf(code: string | undefined): Why | null {
  if (code !== undefined && ownCodes.has(code)) return null;
  // Whatever else ends a connection before its answer (ECONNRESET, EPIPE, an answer cut short or
  // not HTTP) is the other side's doing after it had accepted.
  return byCode[code ?? ""] ?? "reset";
}
