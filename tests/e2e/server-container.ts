import assert from "node:assert/strict";
import { get, type IncomingMessage, type RequestOptions } from "node:http";
import { Event, type ProberPlan } from "@svclab/contracts";
import { command, type Engine, tryCommand } from "@svclab/kind";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";

const ports = { main: 8080, admin: 8081, metrics: 9090 } as const;
export type Port = keyof typeof ports;

/** What the downward API tells a Pod. */
export const downward = {
  POD_UID: "uid-of-the-container",
  POD_NAME: "name-of-the-container",
  POD_IP: "192.0.2.1",
  NODE_NAME: "node-of-the-container",
};

/** As k8s/base and k8s/checker run it, but for the user, who is the image's own. */
export class ServerContainer extends GenericContainer {
  constructor(image: string, label: string, environment: Readonly<Record<string, string>>) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    const [name = "", value = ""] = label.split("=");
    this.withLabels({ [name]: value })
      .withEntrypoint(["node"])
      .withCommand(["/app/main.mjs"])
      .withDroppedCapabilities("ALL")
      .withSecurityOpt("no-new-privileges")
      .withEnvironment(environment)
      .withStartupTimeout(60_000);
  }

  /** With the three ports that every server has, and ready. */
  serving(): this {
    return this.withExposedPorts(...Object.values(ports)).withWaitStrategy(
      Wait.forHttp("/readyz", ports.admin),
    );
  }

  /** As a prober that has its plan, and whose control answers. */
  probing(plan: ProberPlan): this {
    return this.withEnvironment({ PROBER_PLAN: JSON.stringify(plan) })
      .withExposedPorts(plan.control.port)
      .withWaitStrategy(Wait.forLogMessage(/"listening"/));
  }
}

export function urlOf(container: StartedTestContainer, port: Port, path: string): string {
  return `http://${container.getHost()}:${container.getMappedPort(ports[port])}${path}`;
}

/** Its address on the engine's own network, where other containers reach it. */
export function addressOf(container: StartedTestContainer): string {
  const [network = ""] = container.getNetworkNames();
  return container.getIpAddress(network);
}

/** An answer on a connection of the test's own choice, which fetch does not give. */
export function answered(url: string, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      response.resume().on("end", () => resolve(response));
    }).on("error", reject);
  });
}

/** No root, no capabilities, nothing to write to. */
export async function assertConfined(server: StartedTestContainer): Promise<void> {
  assert.equal(
    await evaluate(server, "console.log(process.getuid(), process.getgid())"),
    "10001 10001",
  );
  const status = await evaluate(server, "console.log(fs.readFileSync('/proc/1/status', 'utf8'))");
  assert.match(status, /^CapEff:\s+0+$/m);
  assert.match(status, /^NoNewPrivs:\s+1$/m);
  // Not /tmp: podman gives every read-only container one in memory.
  for (const path of ["/app/new", "/new"])
    assert.match(await evaluate(server, `fs.writeFileSync("${path}", "")`), /EROFS/, path);
}

export async function sendSigterm(engine: Engine, container: StartedTestContainer): Promise<void> {
  const args = ["kill", "--signal", "TERM", container.getId()];
  await command(engine.program, args, { env: engine.env });
}

/** Undefined when it still runs after this long. */
export async function exitCodeOf(
  engine: Engine,
  container: StartedTestContainer,
  withinMs: number,
): Promise<number | undefined> {
  const { exitCode, stdout } = await tryCommand(engine.program, ["wait", container.getId()], {
    env: engine.env,
    timeoutMs: withinMs,
  });
  return exitCode === 0 ? Number(stdout) : undefined;
}

/** What a prober has told so far. */
export async function eventsOf(engine: Engine, prober: StartedTestContainer): Promise<Event[]> {
  // Standard output only.
  const log = await command(engine.program, ["logs", prober.getId()], { env: engine.env });
  const lines = log.split("\n").filter((line) => line !== "");
  return lines.map((line) => Event.parse(JSON.parse(line)));
}

/** Standard output and standard error of `node -e` in a running container. */
async function evaluate(container: StartedTestContainer, code: string): Promise<string> {
  return (await container.exec(["node", "-e", code])).output.trim();
}
