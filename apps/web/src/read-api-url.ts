import { ToolError } from "@svclab/contracts";
import { z } from "zod";

const Settings = z.object({ API_URL: z.url({ protocol: /^http$/ }).default("http://api") });

/**
 * Where the api is: by default the short name of its Service, in this Pod's own namespace.
 * @throws ToolError `bad-environment`
 */
export function readApiUrl(env: { readonly API_URL?: string | undefined }): URL {
  const settings = Settings.safeParse(env);
  if (settings.success) return new URL(settings.data.API_URL);
  throw new ToolError({
    code: "bad-environment",
    expected: "API_URL to be an http URL",
    found: String(env.API_URL),
    todo: "leave it out, or set it to the api's Service, e.g. http://api",
  });
}
