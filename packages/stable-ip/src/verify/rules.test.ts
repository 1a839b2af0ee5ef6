import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { history } from "../history/builder.ts";
import { timeline } from "../history/timeline.ts";
import type { Unstamped } from "../history/ways.ts";
import { ruledOutMs, ruledStretches } from "./rules.ts";

const began = () => history().service("10.96.0.9").steady();
const seen = (built: ReturnType<typeof began>) => timeline(built.answers(5).end());
const sigkilled: Unstamped = {
  ...{ kind: "pod-kill-sent", podUid: "uid-a", podIp: "10.244.1.10", node: "worker" },
  how: "sigkill",
};
const rules = (node: string, ...ips: string[]): Unstamped => ({
  ...{ kind: "rules-changed", node, service: "api", port: "http" },
  endpoints: ips.map((ip) => `${ip}:8080`),
});

describe("stretches of a node's rules", () => {
  it("reach from each change to the next, and begin anew only with another set", () => {
    const built = began().write(rules("worker", "10.0.0.1")).answers(3);
    built.write(rules("worker", "10.0.0.1")).answers(2).write(rules("worker"));
    const [, last, empty] = ruledStretches(seen(built), "worker", "api", "http").slice(-3);
    assert.deepEqual(last?.endpoints, ["10.0.0.1:8080"]);
    assert.equal((last?.toMs ?? 0) - (last?.fromMs ?? 0), 500);
    assert.deepEqual(empty?.endpoints, []);
    assert.equal(empty?.toMs, seen(built).of("run-ended")[0]?.fromMs);
  });

  it("are none of another node's, Service's or port's", () => {
    const line = seen(began());
    assert.ok(ruledStretches(line, "worker2", "api", "http").length > 0);
    assert.deepEqual(ruledStretches(line, "worker3", "api", "http"), []);
    assert.deepEqual(ruledStretches(line, "worker", "web", "http"), []);
    assert.deepEqual(ruledStretches(line, "worker", "api", "metrics"), []);
  });
});

describe("from a SIGKILL until no node leads to the Pod", () => {
  const out = ["10.244.1.11", "10.244.1.12"];

  it("the last node counts", () => {
    const built = began()
      .write(sigkilled)
      .answers(3)
      .write(rules("control-plane", ...out));
    built
      .answers(2)
      .write(rules("worker2", ...out))
      .answers(4)
      .write(rules("worker", ...out));
    assert.deepEqual(ruledOutMs(seen(built), "api", "http"), [900]);
  });

  it("a kill that one node never followed has no time", () => {
    const built = began()
      .write(sigkilled)
      .answers(3)
      .write(rules("worker", ...out));
    assert.deepEqual(ruledOutMs(seen(built), "api", "http"), []);
  });

  it("a node whose rules were not seen leaves no kill a time", () => {
    const built = began().kill("pod-a", "sigkill");
    assert.equal(ruledOutMs(seen(built), "api", "http").length, 1);
    built.write({ kind: "rules-unseen", node: "worker", why: "it ended" });
    assert.deepEqual(ruledOutMs(seen(built), "api", "http"), []);
  });

  it("a change after the next kill is not this one's", () => {
    const built = began().write(sigkilled).answers(3);
    built.write({ ...sigkilled, podUid: "uid-b", podIp: "10.244.1.11" } as Unstamped).answers(2);
    for (const node of ["control-plane", "worker", "worker2"])
      built.write(rules(node, "10.244.1.12"));
    assert.deepEqual(ruledOutMs(seen(built), "api", "http"), [200]);
  });

  it("a graceful deletion is none", () => {
    assert.deepEqual(ruledOutMs(seen(began().kill("pod-a")), "api", "http"), []);
  });
});
