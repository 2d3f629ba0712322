import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../../local/browser/browser.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { bundlePage } from "../../../src/page/bundle.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { type Viewer, view } from "../../support/page/browser.ts";
import { OpenedPage } from "../../support/page/opened-page.ts";

/** The page's own server in a real browser, over a cluster in memory: what is served, signed in to and asked for fits together. */
describe("the page's two halves", () => {
  let browser: Browser;
  let opened: OpenedPage;
  let first: Viewer;
  let second: Viewer;

  before(async () => {
    browser = await launchBrowser(silentProgress);
  });
  after(() => browser?.close());
  beforeEach(async () => {
    const world = new FakeWorld();
    await world.at("canary-25");
    opened = await OpenedPage.open({ bundle: bundlePage, verification: await world.verification() }, world);
    const enter = () => view(browser, `${opened.origin}/?token=${opened.token}`, {}, "its own");
    first = await enter();
    second = await enter();
  });
  afterEach(async () => {
    await first?.close();
    await second?.close();
    await opened?.close();
    assert.deepEqual(opened.defects, []);
  });

  it("let one viewer promote by the stage's name, and the other see it, and nobody complains", async () => {
    const { page } = first;
    await page.getByRole("heading", { name: "canary-25 is live" }).waitFor();
    assert.equal(page.url(), `${opened.origin}/`);
    await page.keyboard.press("p");
    const dialog = page.getByRole("dialog", { name: "Promote to canary-75" });
    await dialog.getByText(/changes? in|Nothing would change/).waitFor();
    await dialog.getByLabel(/Type canary-75 to confirm/).fill("canary-75");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    for (const viewer of [first, second]) {
      await viewer.page.getByRole("heading", { name: "promote canary-75" }).waitFor();
      await viewer.page.getByText("exit code 0").waitFor();
      await viewer.page.getByRole("heading", { name: "canary-75 is live" }).waitFor();
    }
    assert.deepEqual([first.complaints, second.complaints], [[], []]);
  });

  it("write a record that needs neither of them", async () => {
    const saved = first.page.waitForEvent("download");
    await first.page.getByRole("link", { name: "save as a file" }).click();
    const file = join(opened.folder, "release.html");
    await (await saved).saveAs(file);
    const { page } = second;
    await page.goto(pathToFileURL(file).href);
    await page.getByText(/a record made/).waitFor();
    assert.deepEqual(second.complaints, []);
  });
});
