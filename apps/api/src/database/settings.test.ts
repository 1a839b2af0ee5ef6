import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readDatabaseSettings } from "./settings.ts";

const env = {
  MYSQL_WRITER_USER: "writer",
  MYSQL_WRITER_PASSWORD: "password-of-the-writer",
  MYSQL_READER_USER: "reader",
  MYSQL_READER_PASSWORD: "password-of-the-reader",
  MYSQL_CA_FILE: fileURLToPath(import.meta.url),
};

test("Secrets and the authority are enough, and the Services have their names", () => {
  const settings = readDatabaseSettings(env);
  assert.equal(settings?.primary.host, "mysql-primary");
  assert.equal(settings?.read.host, "mysql-read");
  assert.notEqual(settings?.primary.user, settings?.read.user);
});

for (const name of Object.keys(env).filter((each) => each !== "MYSQL_CA_FILE"))
  test(`without ${name} there is no database`, () => {
    assert.equal(readDatabaseSettings({ ...env, [name]: undefined }), null);
  });

test("without the authority's file there is no database", () => {
  assert.equal(readDatabaseSettings({ ...env, MYSQL_CA_FILE: "/not/there/ca.crt" }), null);
});
