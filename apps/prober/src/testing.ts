import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { DnsProbe, Event, EventOf, HttpProbe, ProberPlan } from "@svclab/contracts";
import { startProber } from "./prober.ts";

export const local = "127.0.0.1";
export const ask: HttpProbe = {
  kind: "http",
  path: "test/new@here",
  connection: "new",
  targets: [local],
  port: 1,
  url: "/whoami",
  perSecond: 100,
  timeoutMs: 1_000,
};

export function planOf(probe: HttpProbe | DnsProbe): ProberPlan {
  const control = { host: local, port: 0 };
  return { recorder: "prober@here", control, blindOverMs: 200, probes: [probe] };
}

export async function probeFor(ms: number, probe: HttpProbe | DnsProbe): Promise<Event[]> {
  const events: Event[] = [];
  const prober = startProber(planOf(probe), (event) => void events.push(event));
  await sleep(ms);
  await prober.stop();
  return events;
}

export function only<K extends Event["kind"]>(events: readonly Event[], kind: K): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind);
}

export async function nullServer(t: TestContext): Promise<{ server: ChildProcess; port: number }> {
  const script = new URL("./null-server.ts", import.meta.url).pathname;
  const server = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => server.kill("SIGKILL"));
  const [line] = (await server.stdout?.take(1).toArray()) ?? [];
  return { server, port: Number(line) };
}

/** A TCP server that does with each connection what it is told to. */
export async function rawServer(t: TestContext, accept: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    accept(socket);
  });
  await new Promise<void>((listening) => server.listen(0, local, listening));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export async function httpServer(t: TestContext, answer: RequestListener): Promise<number> {
  const server = createHttpServer(answer).listen(0, local);
  t.after(() => server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
