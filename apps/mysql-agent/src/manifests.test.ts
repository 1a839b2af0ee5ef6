import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { group } from "./assemble-agent.ts";
import { roleLabel } from "./label-roles.ts";

const base = fileURLToPath(new URL("../../../k8s/base/mysql/", import.meta.url));
const objects = globSync("*.yaml", { cwd: base }).map((path) =>
  parse(readFileSync(join(base, path), "utf8")),
);
const find = (kind: string, name: string) => {
  const found = objects.find((object) => object.kind === kind && object.metadata?.name === name);
  assert.ok(found, `${kind} ${name}`);
  return found;
};
const set = find("StatefulSet", "mysql");
const pod = set.spec.template;
const config: string = find("ConfigMap", "mysql-server").data["my.cnf"];
const names = ["mysql-0", "mysql-1", "mysql-2"];

const settings: readonly [string, string][] = [
  ["sync_binlog", "1"],
  ["innodb_flush_log_at_trx_commit", "1"],
  ["group_replication_message_cache_size", `${128 * 1024 * 1024}`],
  ["innodb_buffer_pool_size", "64M"],
  ["group_replication_start_on_boot", "OFF"],
  ["group_replication_bootstrap_group", "OFF"],
  ["group_replication_autorejoin_tries", "0"],
  ["group_replication_ssl_mode", "VERIFY_IDENTITY"],
  ["group_replication_recovery_ssl_verify_server_cert", "ON"],
  ["require_secure_transport", "ON"],
  ["super_read_only", "ON"],
  ["offline_mode", "ON"],
];
for (const [name, value] of settings)
  test(`my.cnf sets ${name} to ${value}`, () =>
    assert.match(config, new RegExp(`^${name} = ${value}$`, "m")));

test("the group's name in my.cnf is the one that the agent counts transactions by", () => {
  assert.match(config, new RegExp(`^group_replication_group_name = ${group}$`, "m"));
});

for (const host of names)
  test(`${host} is among the group's seeds and let in by its name`, () => {
    const full = `${host}.mysql-peers.svclab.svc.cluster.local`;
    assert.match(config, new RegExp(`^group_replication_group_seeds = .*${full}:33061`, "m"));
    assert.match(config, new RegExp(`^group_replication_ip_allowlist = .*${full}(,|$)`, "m"));
  });

test("three Pods start at once, never two on a node, under names of mysql-peers", () => {
  const { replicas, podManagementPolicy, serviceName } = set.spec;
  assert.deepEqual([replicas, podManagementPolicy, serviceName], [3, "Parallel", "mysql-peers"]);
  const [rule] = pod.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  assert.equal(rule.topologyKey, "kubernetes.io/hostname");
  assert.deepEqual(rule.labelSelector.matchLabels, set.spec.selector.matchLabels);
});

test("only the agent is given a token, and each server only its own key", () => {
  assert.equal(pod.spec.automountServiceAccountToken, false);
  const [server, agent] = pod.spec.containers;
  type Mount = { name: string; subPath?: string; subPathExpr?: string };
  const mounts = (container: { volumeMounts: Mount[] }, volume: string) =>
    container.volumeMounts.filter(({ name }) => name === volume);
  assert.equal(mounts(agent, "api-access").length, 1);
  assert.equal(mounts(server, "api-access").length, 0);
  assert.equal(mounts(agent, "tls").length, 0);
  const files = mounts(server, "tls").map(({ subPath, subPathExpr }) => subPath ?? subPathExpr);
  assert.deepEqual(files, ["ca.crt", "$(POD_NAME).crt", "$(POD_NAME).key"]);
});

const services: readonly [string, Record<string, string>, Record<string, number>][] = [
  ["mysql", {}, { mysql: 3306, mysqlx: 33060, metrics: 9090 }],
  ["mysql-peers", {}, { mysql: 3306, group: 33061 }],
  ["mysql-primary", { [roleLabel]: "primary" }, { mysql: 3306 }],
  ["mysql-read", {}, { mysql: 3306 }],
];
for (const [name, extra, ports] of services)
  test(`Service ${name} selects its Pods and leads to ports that they have`, () => {
    const { spec } = find("Service", name);
    assert.deepEqual(spec.selector, { ...set.spec.selector.matchLabels, ...extra });
    const found = spec.ports.map((p: { name: string; port: number }) => [p.name, p.port]);
    assert.deepEqual(Object.fromEntries(found), ports);
    const has = pod.spec.containers.flatMap((c: { ports: { name: string }[] }) => c.ports);
    for (const { targetPort, port } of spec.ports) {
      const there = has.find((p: { name: string }) => p.name === targetPort);
      assert.equal(there?.containerPort, port);
    }
  });

test("a Pod is a secondary until the primary's agent says otherwise", () =>
  assert.equal(pod.metadata.labels[roleLabel], "secondary"));

test("the agents' rights name three Pods and one record, and the policy one label", () => {
  const [pods, records] = find("Role", "mysql").rules;
  assert.deepEqual([pods.resourceNames, pods.verbs], [names, ["get", "patch"]]);
  assert.deepEqual([records.resourceNames, records.verbs], [["mysql-group"], ["get", "patch"]]);
  const policy = find("ValidatingAdmissionPolicy", "svclab-mysql-role-label");
  const [labels] = policy.spec.validations;
  assert.match(labels.expression, new RegExp(roleLabel));
  assert.equal(policy.spec.failurePolicy, "Fail");
  const binding = find("ValidatingAdmissionPolicyBinding", "svclab-mysql-role-label");
  assert.equal(binding.spec.policyName, policy.metadata.name);
  assert.deepEqual(binding.spec.validationActions, ["Deny"]);
});
