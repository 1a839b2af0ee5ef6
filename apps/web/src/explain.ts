/** Why the api gave no answer, in plain words: one sentence for the page. */
export function explain(error: unknown, api: URL): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "ZodError" || error instanceof SyntaxError)
    return `What answers at ${api.host} is not the api.`;
  const code = "code" in error ? String(error.code) : error.name;
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: "The connection was refused: no Pod behind the Service is ready.",
    ECONNRESET: "The connection was cut before the answer came.",
    ENOTFOUND: `The name ${api.hostname} does not resolve: there is no such Service.`,
    EAI_AGAIN: `The name ${api.hostname} could not be resolved: the cluster's DNS does not answer.`,
  };
  return reasons[code] ?? `The api could not be reached (${code}).`;
}

/** The same, where nothing came in time. */
export const explainLate = (limitMs: number) => `No answer came within ${limitMs / 1000} seconds.`;
