import { createInterface } from "node:readline";
import { ProberPlan, ToolError } from "@svclab/contracts";

/**
 * The plan from PROBER_PLAN, or else from the first line of standard input. In the second case
 * `ended` resolves when that input ends: whoever started this process is gone.
 */
export async function readPlan(
  env: { readonly PROBER_PLAN?: string | undefined },
  input: NodeJS.ReadableStream,
): Promise<{ readonly plan: ProberPlan; readonly ended: Promise<void> }> {
  const text = env.PROBER_PLAN;
  if (text !== undefined) return { plan: parsePlan(text), ended: new Promise(() => {}) };
  const lines = createInterface({ input });
  const ended = new Promise<void>((resolve) => void lines.once("close", resolve));
  const first = await Promise.race([
    new Promise<string>((resolve) => void lines.once("line", resolve)),
    ended.then(() => ""),
  ]);
  return { plan: parsePlan(first), ended };
}

function parsePlan(text: string): ProberPlan {
  try {
    return ProberPlan.parse(JSON.parse(text));
  } catch (cause) {
    throw new ToolError({
      code: "prober-plan-bad",
      expected: "a prober's plan as one line of JSON, in PROBER_PLAN or on standard input",
      found: cause instanceof Error ? cause.message : String(cause),
      todo: "see ProberPlan in packages/contracts",
      exit: 2,
      cause,
    });
  }
}
