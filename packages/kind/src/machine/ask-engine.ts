import { tryCommand } from "../command.ts";
import { dockerAnswer, type EngineAnswer, podmanAnswer, type Said } from "./engine-answer.ts";

/** An engine that takes longer to say who it is counts as one that does not answer. */
const answerMs = 20_000;

/** Asks the daemon, not the client: `docker info` needs it. `program` null: not on PATH. */
export async function askDocker(program: string | null): Promise<EngineAnswer> {
  if (program === null) return { kind: "absent" };
  const said = await ask(program, ["info", "--format", "{{json .}}"]);
  return dockerAnswer(said, await dockerEndpoint(program));
}

export async function askPodman(program: string | null): Promise<EngineAnswer> {
  if (program === null) return { kind: "absent" };
  return podmanAnswer(await ask(program, ["info", "--format", "json"]));
}

/** DOCKER_HOST, or what the current docker context says, e.g. unix:///var/run/docker.sock. */
export async function dockerEndpoint(program: string): Promise<string> {
  if (process.env["DOCKER_HOST"]) return process.env["DOCKER_HOST"];
  const said = await ask(program, ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  return said.stdout.trim();
}

async function ask(program: string, args: readonly string[]): Promise<Said> {
  try {
    return await tryCommand(program, args, { timeoutMs: answerMs, env: { LC_ALL: "C" } });
  } catch (cause) {
    return { exitCode: undefined, stdout: "", stderr: String(cause) };
  }
}
