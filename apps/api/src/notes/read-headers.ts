import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { noteHeaders } from "@svclab/contracts";
import { HttpProblem } from "@svclab/service-kit";

/**
 * The client's key, or a new one. The draft has a string in quotes, as structured fields (RFC 9651)
 * write it; without them it is the same key.
 * Source: draft-ietf-httpapi-idempotency-key-header.
 * @throws HttpProblem 400
 */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string {
  const given = headers[noteHeaders.idempotencyKey];
  if (given === undefined) return randomUUID();
  const [, quoted, bare] =
    /^(?:"([\w.~+/=:-]{1,128})"|([\w.~+/=:-]{1,128}))$/.exec(String(given)) ?? [];
  const key = quoted ?? bare;
  if (key !== undefined) return key;
  throw new HttpProblem(
    400,
    `${noteHeaders.idempotencyKey} must be 1 to 128 of the characters A-Z a-z 0-9 _ . ~ + / = : -`,
  );
}

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const interval = "[1-9]\\d{0,18}(?:-[1-9]\\d{0,18})?";
/** A server's UUID, then intervals, or tags of up to 32 characters with theirs. */
const series = `${uuid}(?:(?::[a-z_][a-z0-9_]{0,31})?(?::${interval})+)+`;
const gtidSet = new RegExp(`^${series}(?:, ?${series})*$`, "i");

/** As much as other headers leave of what Node.js reads of them all. */
export const longestGtidSet = 4_096;

/** @throws HttpProblem 400 */
export function readGtidSet(headers: IncomingHttpHeaders): string | null {
  const given = headers[noteHeaders.gtid];
  if (given === undefined) return null;
  const set = String(given);
  if (set.length <= longestGtidSet && gtidSet.test(set)) return set;
  throw new HttpProblem(
    400,
    `${noteHeaders.gtid} must be a set of transactions as an answer gave it, such as 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5, in at most ${longestGtidSet} characters.`,
  );
}
