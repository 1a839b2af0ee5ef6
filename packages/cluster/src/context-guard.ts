import { ToolError } from "@svclab/contracts";

/** `./svclab up` makes clusters of these names and no others. */
const ours = /^kind-svclab(-|$)/;

/**
 * Killing Pods in somebody's cluster by a forgotten context must not be possible.
 * `allowed` are contexts that the caller was told of in so many words.
 * @throws ToolError context-refused
 */
export function refuseForeignContext(context: string, allowed: readonly string[] = []): void {
  if (ours.test(context) || allowed.includes(context)) return;
  throw new ToolError({
    code: "context-refused",
    expected: "a context of a cluster made by svclab (kind-svclab or kind-svclab-<name>)",
    found: context === "" ? "no context" : `context ${context}`,
    todo: "run ./svclab up, or name this context on purpose if its Pods may be killed",
    exit: 2,
  });
}
