import http from "node:http";
import { NoteAnswer, type NotesProbe, noteHeaders, noteProblem, Problem } from "@svclab/contracts";
import type { Outcome, WriteNote } from "./session.ts";

type Place = Pick<NotesProbe, "host" | "port" | "timeoutMs">;

/**
 * POST /notes over one kept connection. Refused is what the api says was certainly not written, and
 * what was never sent; all else that is no acknowledgement is unknown.
 */
export function writeByApi({ host, port, timeoutMs }: Place): WriteNote {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return (text, key) =>
    new Promise((resolve) => {
      const body = JSON.stringify({ text });
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        [noteHeaders.idempotencyKey]: key,
      };
      let connected = false;
      const request = http.request({ host, port, path: "/notes", method: "POST", agent, headers });
      const end = (outcome: Outcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const lost = (why: string): void => {
        end({ outcome: connected ? "unknown" : "refused", serverUuid: null, id: null, why });
        request.destroy();
      };
      const timer = setTimeout(() => lost(`no answer within ${timeoutMs} ms`), timeoutMs);
      request.on("error", (error: NodeJS.ErrnoException) => lost(error.code ?? error.message));
      request.on("socket", (socket) => {
        if (!socket.connecting) connected = true;
        else
          socket.once("connect", () => {
            connected = true;
          });
      });
      request.on("response", async (response) => {
        try {
          const text = (await response.toArray()).join("");
          end(outcomeOf(response.statusCode ?? 0, text));
        } catch (error) {
          lost(String(error));
        }
      });
      request.end(body);
    });
}

function outcomeOf(status: number, body: string): Outcome {
  const none = { serverUuid: null, id: null };
  const value = parsed(body);
  if (status === 200 || status === 201) {
    const { success, data } = NoteAnswer.safeParse(value);
    if (success)
      return {
        outcome: "acknowledged",
        serverUuid: data.member.serverUuid,
        id: data.note.id,
        why: null,
      };
    return { outcome: "unknown", ...none, why: `${status} with another body` };
  }
  const problem = Problem.safeParse(value).data;
  const why = `${status} ${problem?.detail ?? problem?.title ?? ""}`.trim();
  const isCertain = status === 503 && problem?.type === noteProblem.nothingWritten;
  return { outcome: isCertain ? "refused" : "unknown", ...none, why };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
