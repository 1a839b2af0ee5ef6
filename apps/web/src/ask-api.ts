import { type IncomingMessage, request } from "node:http";
import { type Asked, servedBy, WhoAmI } from "@svclab/contracts";
import { explain, explainLate } from "./explain.ts";

const maxBytes = 64 * 1024;

/**
 * Puts one question over one new connection, so that the Service picks a Pod anew.
 * Never rejects: what went wrong is the answer's `error`. `tookMs` in milliseconds.
 */
export async function askApi(api: URL, limitMs: number): Promise<Omit<Asked, "web">> {
  const began = performance.now();
  const limit = AbortSignal.timeout(limitMs);
  const tookMs = () => Math.round((performance.now() - began) * 10) / 10;
  try {
    const response = await get(new URL("/whoami", api), limit);
    if (response.statusCode !== 200) {
      response.destroy();
      const pod = response.headers[servedBy.podName] ?? "something that is no Pod of ours";
      const error = `${pod} answered with status ${response.statusCode}.`;
      return { api: null, error, tookMs: tookMs() };
    }
    return { api: await read(response), error: null, tookMs: tookMs() };
  } catch (error) {
    const why = limit.aborted ? explainLate(limitMs) : explain(error, api);
    return { api: null, error: why, tookMs: tookMs() };
  }
}

function get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // agent false: no pool, and the request says `Connection: close`.
    request(url, { agent: false, signal }).once("response", resolve).once("error", reject).end();
  });
}

async function read(response: IncomingMessage): Promise<WhoAmI> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    if (text.length > maxBytes) throw new SyntaxError("too long");
  }
  return WhoAmI.parse(JSON.parse(text));
}
