import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { makeCertificates } from "./certificates.ts";

const servers = [
  { name: "mysql-0", names: ["mysql-0.mysql-peers", "mysql-primary", "127.0.0.1"] },
  { name: "mysql-1", names: ["mysql-1.mysql-peers", "mysql-primary", "127.0.0.1"] },
];
const now = new Date("2026-01-02T03:04:05Z");
const made = await makeCertificates(servers, now);
const ca = new X509Certificate(made.ca);
const other = new X509Certificate((await makeCertificates(servers, now)).ca);

for (const { name, names } of servers)
  test(`${name}'s certificate is of this authority, for its names and no others`, () => {
    const { certificate = "", key = "" } = made.servers[name] ?? {};
    const read = new X509Certificate(certificate);
    assert.ok(read.verify(ca.publicKey));
    assert.ok(read.checkIssued(ca));
    assert.ok(read.checkPrivateKey(createPrivateKey(key)));
    assert.equal(read.ca, false);
    for (const each of names)
      assert.ok(/^[\d.]+$/.test(each) ? read.checkIP(each) : read.checkHost(each), each);
    assert.equal(read.checkHost("mysql-2.mysql-peers"), undefined);
    assert.ok(read.validFromDate < now && read.validToDate > now);
    assert.equal(read.verify(other.publicKey), false, "of another authority it is not");
  });

test("the authority signs servers and nothing that signs in turn", () => {
  assert.equal(ca.ca, true);
  assert.match(made.ca, /^-----BEGIN CERTIFICATE-----/);
  assert.notEqual(made.servers["mysql-0"]?.key, made.servers["mysql-1"]?.key);
});
