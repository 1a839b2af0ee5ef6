import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { request } from "node:http";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "@svclab/contracts";
import { command } from "../command.ts";
import { endPid, writePid } from "../pid-file.ts";
import { dockerEndpoint } from "./ask-engine.ts";
import type { Engine } from "./decide-engine.ts";

/** An engine's Docker API, for testcontainers. */
export interface EngineApi {
  /** To be set before testcontainers is first used. */
  readonly env: { readonly DOCKER_HOST: string; readonly TESTCONTAINERS_RYUK_DISABLED: "true" };
  /** Ends what was started. Containers stay: remove them by label first. */
  readonly stop: () => Promise<void>;
}

const startMs = 10_000;

/** sun_path of unix(7) is 108 bytes on Linux and 104 on macOS, a final zero among them. */
const longestSocketBytes = 103;

/**
 * docker has an API already. podman gets a service on a socket of our own; one that an earlier run
 * left there, killed before it could stop it, is ended first. Ryuk, which would remove containers
 * after a crash, is an image that cannot always be had: whoever starts containers labels them and
 * calls removeByLabel. Throws ToolError engine-api-failed, socket-path-too-long.
 */
export async function startEngineApi(
  engine: Engine,
  { socket }: { readonly socket: string },
): Promise<EngineApi> {
  if (engine.name === "docker") {
    return { env: environment(await dockerEndpoint(engine.program)), stop: async () => undefined };
  }
  if (Buffer.byteLength(socket) > longestSocketBytes) throw tooLong(socket);
  const pidFile = `${socket}.pid`;
  await endPid(pidFile, socket);
  await rm(socket, { force: true });
  await mkdir(dirname(socket), { recursive: true });
  const stop = async (): Promise<void> => {
    await endPid(pidFile, socket);
    await rm(socket, { force: true });
  };
  try {
    await serve(engine, socket, pidFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return { env: environment(`unix://${socket}`), stop };
}

/** Removes the containers that carry a label, e.g. "svclab.test=images", with their volumes. */
export async function removeByLabel(engine: Engine, label: string): Promise<void> {
  const { env } = engine;
  const list = await command(engine.program, ["ps", "-aq", "--filter", `label=${label}`], { env });
  const ids = list.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await command(engine.program, ["rm", "-f", "-v", ...ids], { env });
}

function environment(host: string): EngineApi["env"] {
  return { DOCKER_HOST: host, TESTCONTAINERS_RYUK_DISABLED: "true" };
}

async function serve(engine: Engine, socket: string, pidFile: string): Promise<void> {
  const service = spawn(engine.program, ["system", "service", "--time=0", `unix://${socket}`], {
    env: { ...process.env, ...engine.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  let ended = "";
  service.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  service.on("error", (error) => {
    ended = error.message;
  });
  service.on("exit", (code, signal) => {
    ended = `it ended with ${signal ?? `exit code ${code}`}`;
  });
  if (service.pid !== undefined) await writePid(pidFile, service.pid);
  // Neither the process nor its pipe keeps a caller alive that forgot to stop it.
  service.unref();
  const deadline = performance.now() + startMs;
  while (!(await answers(socket))) {
    if (ended === "" && performance.now() < deadline) {
      await sleep(20);
      continue;
    }
    throw new ToolError({
      code: "engine-api-failed",
      expected: `podman system service to answer on ${socket} within ${startMs / 1000} s`,
      found: `${ended || "no answer"}${said === "" ? "" : `: ${said.trim()}`}`,
      todo: `run ${engine.program} system service --time=0 unix://${socket} and read what it says`,
    });
  }
}

async function answers(socket: string): Promise<boolean> {
  return new Promise((done) => {
    const ping = request({ socketPath: socket, path: "/_ping", timeout: 2_000 }, (response) => {
      response.resume().on("end", () => done(response.statusCode === 200));
    });
    ping.on("timeout", () => ping.destroy());
    ping.on("error", () => done(false));
    ping.end();
  });
}

function tooLong(socket: string): ToolError {
  return new ToolError({
    code: "socket-path-too-long",
    expected: `a path of at most ${longestSocketBytes} bytes for the engine's socket`,
    found: `${Buffer.byteLength(socket)} bytes: ${socket}`,
    todo: "set SVCLAB_STATE to a directory with a shorter path",
  });
}
