import { NewNote, noteTextLimit } from "@svclab/contracts";
import { HttpProblem, limits, parseInput } from "@svclab/service-kit";
import { type RequestHandler, raw } from "express";

/**
 * The body as bytes, read up to a limit. A parser of JSON would put a mark in the place of bytes
 * that are no UTF-8, and what was asked for would not be what is stored.
 */
export const noteBody: RequestHandler[] = [
  (request, _response, next) => {
    if (!jsonType.test(request.headers["content-type"] ?? ""))
      throw new HttpProblem(415, "The body must be application/json, in UTF-8.");
    next();
  },
  raw({ limit: limits.bodyBytes, type: () => true, inflate: false }),
];

const jsonType = /^application\/json *(; *charset="?utf-8"? *)?$/i;

/** @throws HttpProblem 400 */
export function readNewNote(body: unknown): NewNote {
  const note = parseInput(NewNote, parsed(body), "body");
  const wrong = complaint(note.text);
  if (wrong === null) return note;
  throw new HttpProblem(400, "The body is not valid.", {
    errors: [{ path: "text", message: wrong }],
  });
}

function parsed(body: unknown): unknown {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new HttpProblem(400, "The body is not UTF-8.");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "The body is not JSON.");
  }
}

function complaint(text: string): string | null {
  // An escape in JSON can say half of a pair, which no encoding of Unicode can.
  if (!text.isWellFormed()) return "It has half of a surrogate pair.";
  const length = [...text].length;
  if (length >= 1 && length <= noteTextLimit) return null;
  return `It must have 1 to ${noteTextLimit} characters, and has ${length}.`;
}
