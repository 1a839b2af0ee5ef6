/** What a person needs to get on: what was expected, what was found, what to do. */
export interface ToolFacts {
  /** Stable, kebab-case, for scripts: "engine-missing", "port-taken". */
  readonly code: string;
  readonly expected: string;
  readonly found: string;
  readonly todo: string;
  readonly cause?: unknown;
  /** 2: the call was wrong. 3: the machine or the cluster is. Default 3. */
  readonly exit?: 2 | 3;
}

/** A tool that could not do its work. Never used for a claim that is broken: that is data. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: string;
  readonly expected: string;
  readonly found: string;
  readonly todo: string;
  readonly exit: 2 | 3;

  constructor(facts: ToolFacts) {
    super(
      `${facts.code}\n  expected: ${facts.expected}\n  found:    ${facts.found}\n  do:       ${facts.todo}`,
      facts.cause === undefined ? undefined : { cause: facts.cause },
    );
    this.code = facts.code;
    this.expected = facts.expected;
    this.found = facts.found;
    this.todo = facts.todo;
    this.exit = facts.exit ?? 3;
  }
}
