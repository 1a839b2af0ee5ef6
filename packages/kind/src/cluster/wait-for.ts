import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "@svclab/contracts";

export interface WaitOptions {
  readonly code: string;
  readonly what: string;
  readonly limitMs: number;
  readonly todo: string;
  readonly signal?: AbortSignal;
  /** More to say when the limit is reached, such as a log's last lines. */
  readonly evidence?: () => Promise<string>;
}

/**
 * Waits until `look` returns undefined. What it returns otherwise is the last thing seen, and
 * stands in the error when the limit is reached.
 */
export async function waitFor(
  look: () => Promise<string | undefined>,
  options: WaitOptions,
): Promise<void> {
  const deadlineMs = performance.now() + options.limitMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const seen = await look().catch((error: unknown) => String(error).split("\n")[0] ?? "");
    if (seen === undefined) return;
    if (performance.now() > deadlineMs)
      throw new ToolError({
        code: options.code,
        expected: `${options.what} within ${options.limitMs / 1000} s`,
        found: [seen, ...(await evidenceLines(options))].join("\n    "),
        todo: options.todo,
      });
    await sleep(200);
  }
}

/** Evidence that cannot be had must not hide what was waited for. */
async function evidenceLines({ evidence }: WaitOptions): Promise<string[]> {
  if (evidence === undefined) return [];
  return (await evidence().catch((error: unknown) => `no more is known: ${error}`)).split("\n");
}
