import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

export type Fetch = typeof globalThis.fetch;

export interface DownloadLimits {
  /** Until the first answer: a site that is not there must not hold anything up. */
  readonly answerMs: number;
  /** Between two pieces of the file. */
  readonly stallMs: number;
}

const downloadLimits: DownloadLimits = { answerMs: 5_000, stallMs: 30_000 };

/** The site was not reached, has no such file, or stopped in the middle. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** Writes what is at `url` to `path` and returns its SHA-256 in hex. Throws Unavailable. */
export async function download(
  url: string,
  path: string,
  fetch: Fetch,
  limits: DownloadLimits = downloadLimits,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash("sha256");
  await receive(url, fetch, limits, signal, async (body, touch) => {
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        touch();
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(body, count, createWriteStream(path));
  });
  return hash.digest("hex");
}

/** The text at `url`, for lists of checksums. Throws Unavailable. */
export async function downloadText(
  url: string,
  fetch: Fetch,
  limits: DownloadLimits = downloadLimits,
  signal?: AbortSignal,
): Promise<string> {
  const pieces: Buffer[] = [];
  await receive(url, fetch, limits, signal, async (body, touch) => {
    for await (const piece of body) {
      touch();
      pieces.push(Buffer.from(piece));
    }
  });
  return Buffer.concat(pieces).toString("utf8");
}

async function receive(
  url: string,
  fetch: Fetch,
  limits: DownloadLimits,
  signal: AbortSignal | undefined,
  take: (body: Readable, touch: () => void) => Promise<void>,
): Promise<void> {
  const ours = new AbortController();
  const giveUp = (why: string) => () => ours.abort(new Error(why));
  let timer = setTimeout(giveUp(`no answer within ${limits.answerMs} ms`), limits.answerMs);
  const touch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(giveUp(`nothing came for ${limits.stallMs} ms`), limits.stallMs);
  };
  try {
    const response = await fetch(url, {
      redirect: "follow",
      signal: signal === undefined ? ours.signal : AbortSignal.any([ours.signal, signal]),
    });
    touch();
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    await take(Readable.from(response.body), touch);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unavailable(`${url}: ${reason(ours.signal.aborted ? ours.signal.reason : error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** fetch says only "fetch failed" or "terminated"; why is in its cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message}: ${error.cause.message || error.cause.name}`
    : error.message;
}
