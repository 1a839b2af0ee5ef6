import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { kinds } from "@svclab/cluster";
import { appNamespace } from "@svclab/kind";
import type { Page } from "playwright-core";
import { chromiumMissing } from "./chromium.ts";
import { type LabPage, openLabPage } from "./lab/lab-page.ts";
import { faintTexts, structureFaults } from "./page-checks.ts";

const skip = await chromiumMissing();
/** That so many all meet the same one of two Pods or more has a chance of 1 in 2^30. */
const loadsAtMost = 31;
/** preStop sleep, drain and the start of another, with room. */
const replacedMs = 60_000;
const smallest = { width: 320, height: 640 };

let lab: LabPage | undefined;
let page: Page;

before(async () => {
  if (skip !== false) return;
  lab = await openLabPage();
  page = lab.page;
});

after(() => lab?.close());

/** Each test begins with a page just opened and a tally of its one answer. */
beforeEach(async () => {
  if (skip !== false) return;
  lab?.complaints.splice(0);
  await page.goto("/");
  await settled();
  await page.evaluate(() => sessionStorage.clear());
  await reload();
});

test("reloading the page shows another api Pod, and the tally adds up", { skip }, async () => {
  let loads = 1;
  while ((await podsOnPage()).length < 2 && loads < loadsAtMost) {
    await reload();
    loads++;
  }
  assert.ok((await podsOnPage()).length >= 2, `one api Pod only in ${loads} loads`);
  assert.equal(await total(), loads);
  assert.deepEqual(lab?.complaints, []);
});

test("an api Pod is deleted; the page goes on, and its successor turns up", { skip }, async () => {
  const { cluster } = (lab as LabPage).there;
  const names = await apiPods();
  const [name = ""] = names;
  await cluster.remove({ ...kinds.pod, namespace: appNamespace, name });
  const deadline = performance.now() + replacedMs;
  let asked = await total();
  let over = false;
  while (!over) {
    const onPage = await podsOnPage();
    assert.ok(performance.now() < deadline, `not over yet; on the page: ${onPage.join(", ")}`);
    await page.click("#ask-many");
    await settled();
    asked += 20;
    assert.equal(await total(), asked, "every question was answered");
    const isGone = !(await apiPods()).includes(name);
    over = isGone && (await podsOnPage()).some((pod) => !names.includes(pod));
  }
  assert.equal(await page.locator("tr.none").count(), 0);
  assert.deepEqual(lab?.complaints, []);
});

for (const colorScheme of ["light", "dark"] as const)
  test(`the ${colorScheme} page can be read, by eyes and by screen readers`, { skip }, async () => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await reload();
    const ground = await page.evaluate(() => getComputedStyle(document.documentElement).background);
    const [red = 0] = (ground.match(/\d+/g) ?? []).map(Number);
    assert.equal(red > 127, colorScheme === "light", ground);
    assert.deepEqual(await page.evaluate(faintTexts), []);
    assert.deepEqual(await page.evaluate(structureFaults), []);
    assert.deepEqual(lab?.complaints, []);
  });

test("the page fits 320 pixels, with a full tally too", { skip }, async (t) => {
  const usual = page.viewportSize();
  t.after(() => usual && page.setViewportSize(usual));
  await page.setViewportSize(smallest);
  await page.click("#ask-many");
  await settled();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, smallest.width);
  assert.deepEqual(lab?.complaints, []);
});

test("the keyboard alone is enough: Tab finds the button, and Enter asks", { skip }, async () => {
  await page.keyboard.press("Tab");
  const focused = page.locator(":focus-visible");
  assert.equal(await focused.getAttribute("id"), "ask");
  const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle);
  assert.equal(outline, "solid", "the focus can be seen");
  const asked = await total();
  await page.keyboard.press("Enter");
  await settled();
  assert.equal(await total(), asked + 1);
  assert.equal(await focused.getAttribute("id"), "ask", "the focus stays");
});

async function reload(): Promise<void> {
  await page.reload();
  await settled();
}

/** The page asks by itself when it opens, and says when it has done. */
async function settled(): Promise<void> {
  await page.locator('#ask[aria-disabled="false"]').waitFor();
}

/** The names in the tally. */
async function podsOnPage(): Promise<string[]> {
  return page.locator("#tally .pod").allTextContents();
}

async function total(): Promise<number> {
  return Number.parseInt((await page.locator("#total").textContent()) ?? "", 10);
}

async function apiPods(): Promise<string[]> {
  const { cluster } = (lab as LabPage).there;
  const labels = "app.kubernetes.io/name=api";
  const { items } = await cluster.list(kinds.pod, { namespace: appNamespace, labels });
  return items.map(({ metadata }) => metadata.name);
}
