import { Resolver } from "node:dns";
import type { DnsProbe, Event } from "@svclab/contracts";
import { nowMs } from "./clock.ts";

/** What a server says when it answered and there is no address. */
const noAddress = new Set(["ENOTFOUND", "ENODATA"]);

type Answered = (error: NodeJS.ErrnoException | null, answers: string[]) => void;
type Query = (name: string, answered: Answered) => void;

const query: Readonly<Record<NonNullable<DnsProbe["record"]>, (resolver: Resolver) => Query>> = {
  A: (resolver) => resolver.resolve4.bind(resolver),
  CNAME: (resolver) => resolver.resolveCname.bind(resolver),
  SRV: (resolver) => (name, answered) =>
    resolver.resolveSrv(name, (error, records) =>
      // Where there is an error there are none.
      answered(error, error === null ? records.map((one) => `${one.name}:${one.port}`) : []),
    ),
};

/** Sends one query and resolves to what became of it; never rejects, never tries again. */
export function dnsProbe(recorder: string, probe: DnsProbe): () => Promise<Event> {
  const { path, name, server, timeoutMs } = probe;
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([server]);
  const ask = query[probe.record ?? "A"](resolver);
  return () =>
    new Promise((resolve) => {
      const sentMs = nowMs();
      ask(name, (error, addresses) => {
        const atMs = nowMs();
        const shared = { atMs, from: recorder, path, name, tookMs: atMs - sentMs };
        const code = error?.code ?? null;
        if (code === null) resolve({ kind: "resolved", ...shared, addresses });
        else if (noAddress.has(code)) resolve({ kind: "resolved", ...shared, addresses: [] });
        else resolve({ kind: "unresolved", ...shared, why: code });
      });
    });
}
