import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { noteProblem } from "@svclab/contracts";
import type { Page } from "playwright-core";
import { chromiumMissing } from "./chromium.ts";
import { type LabPage, openLabPage } from "./lab/lab-page.ts";
import { faintTexts, structureFaults } from "./page-checks.ts";

const skip = await chromiumMissing();

let lab: LabPage | undefined;
let page: Page;
let text: string;

before(async () => {
  if (skip !== false) return;
  lab = await openLabPage();
  page = lab.page;
});

after(() => lab?.close());

beforeEach(async (t) => {
  if (skip !== false) return;
  await page.unrouteAll();
  await page.goto("/");
  await settled();
  lab?.complaints.splice(0);
  text = `${t.name} ${Date.now()}`;
});

test("a note is added, seen at once and after a reload, and removed", { skip }, async () => {
  await add(text);
  assert.equal(await said(), "Written.");
  assert.equal(await page.locator("#notes li", { hasText: text }).count(), 1);
  await page.reload();
  await settled();
  const note = page.locator("#notes li", { hasText: text });
  assert.equal(await note.count(), 1);
  await note.locator("button").click();
  await settled();
  assert.match(await said(), /^Note \d+ is removed\.$/);
  assert.equal(await note.count(), 0);
  assert.deepEqual(lab?.complaints, []);
});

test("both ways are shown, Pod by Pod and Service by Service", { skip }, async () => {
  await add(text);
  for (const [way, service] of [
    ["#write-way", "mysql-primary"],
    ["#read-way", "mysql-read"],
  ] as const) {
    const hops = await page.locator(`${way} li`).allTextContents();
    const expected = [
      /^web Pod web-\S+on \S*worker\d?$/,
      /^Service api$/,
      /^api Pod api-\S+on \S*worker\d?$/,
      new RegExp(`^Service ${service}$`),
      /^MySQL mysql-[012]$/,
    ];
    assert.equal(hops.length, expected.length);
    for (const [at, hop] of expected.entries()) assert.match(hops[at] ?? "", hop);
  }
  assert.match((await page.textContent("#reads-by")) ?? "", /: mysql-\d \d/);
});

test("after a lost answer the same note is added again, and is there once", { skip }, async () => {
  // The web has done it; the browser does not hear of it.
  await page.route("**/notes", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await add(text);
  assert.match(await said(), /with the same key it is written once\.$/);
  await page.unrouteAll();
  await page.click("#notes-form [type=submit]");
  await settled();
  assert.equal(await said(), "It had been written the first time.");
  assert.equal(await page.locator("#notes li", { hasText: text }).count(), 1);
});

test("the key is kept when a later try certainly wrote nothing", { skip }, async () => {
  // The first was done unheard; of it the answer to the second says nothing.
  await page.route("**/notes", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await add(text);
  await page.unrouteAll();
  const body = JSON.stringify({ type: noteProblem.nothingWritten, detail: "Nobody is ready." });
  await page.route("**/notes", (route) =>
    route.fulfill({ status: 503, contentType: "application/problem+json", body }),
  );
  await page.click("#notes-form [type=submit]");
  await settled();
  assert.equal(await said(), "Not written. Nobody is ready.");
  await page.unrouteAll();
  await page.click("#notes-form [type=submit]");
  await settled();
  assert.equal(await said(), "It had been written the first time.");
  assert.equal(await page.locator("#notes li", { hasText: text }).count(), 1);
});

const said400 = "It must have 1 to 1000 characters, and has 1001.";
test("a note that is too long is not written, and the page says why", { skip }, async () => {
  await add("a".repeat(1_001));
  assert.equal(await said(), `Not written. ${said400}`);
});

test("what stands in a note is text, whatever it is", { skip }, async () => {
  const markup = `${text} <img src=x onerror="document.title='gone'"> '); DROP TABLE notes; --`;
  await add(markup);
  const shown = await page.locator("#notes li .text").first().textContent();
  assert.equal(shown, markup);
  assert.equal(await page.locator("#notes img").count(), 0);
  assert.deepEqual(lab?.complaints, []);
});

for (const colorScheme of ["light", "dark"] as const)
  test(`${colorScheme}, with notes on it, the page can be read`, { skip }, async (t) => {
    const usual = page.viewportSize();
    t.after(() => usual && page.setViewportSize(usual));
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await add("w".repeat(200));
    assert.deepEqual(await page.evaluate(faintTexts), []);
    assert.deepEqual(await page.evaluate(structureFaults), []);
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  });

async function add(note: string): Promise<void> {
  await page.fill("#note-text", note);
  await page.keyboard.press("Enter");
  await settled();
}

async function said(): Promise<string> {
  return (await page.textContent("#notes-status")) ?? "";
}

/** The page reads the notes by itself when it opens, and says when it has done. */
async function settled(): Promise<void> {
  await page.locator('#notes-section[aria-busy="false"]').waitFor();
}
