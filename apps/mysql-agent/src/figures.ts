import { countOf, minus } from "@svclab/mysql-group";
import { Gauge, type Registry } from "prom-client";
import type { Agent } from "./agent.ts";

const states = ["OFFLINE", "RECOVERING", "ONLINE", "ERROR"] as const;
const steps = ["wait", "keep-out", "blocked"] as const;

/** What the agent knows, as figures that are read when they are asked for. */
export function figures(registry: Registry, agent: Agent): void {
  const registers = [registry];
  new Gauge({
    name: "mysql_member_state",
    help: "1 at the state that the member is in; all 0 where its server does not answer.",
    labelNames: ["state"],
    registers,
    collect() {
      for (const state of states) this.set({ state }, agent.known?.member.state === state ? 1 : 0);
    },
  });
  gauge("mysql_member_is_primary", "1 where the group has elected this member.", () =>
    agent.known?.member.role === "PRIMARY" && agent.known.member.state === "ONLINE" ? 1 : 0,
  );
  gauge("mysql_member_has_majority", "1 where the member sees most of its group.", () =>
    agent.known?.member.majority === true ? 1 : 0,
  );
  gauge("mysql_member_lag_seconds", "For how long it has known of what it has not executed.", () =>
    agent.known === null ? undefined : agent.known.lagMs / 1_000,
  );
  gauge("mysql_member_unexecuted_transactions", "Received and not executed.", () => {
    const member = agent.known?.member;
    return member && countOf(minus(member.received, member.executed));
  });
  new Gauge({
    name: "mysql_agent_step",
    help: "1 at what the agent does at last: blocked and keep-out need a person.",
    labelNames: ["step"],
    registers,
    collect() {
      for (const step of steps) this.set({ step }, agent.step.do === step ? 1 : 0);
    },
  });

  /** Without a value there is no figure, rather than a 0 that nobody measured. */
  function gauge(name: string, help: string, read: () => number | undefined): void {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        const value = read();
        this.remove();
        if (value !== undefined) this.set(value);
      },
    });
  }
}
