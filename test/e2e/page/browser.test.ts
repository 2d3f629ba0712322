import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { after, afterEach, before, describe, it } from "mocha";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../../local/browser/browser.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { bundlePage, type PageBundle } from "../../../src/page/bundle.ts";
import { exportedHtml } from "../../../src/page/html.ts";
import { type Viewer, view } from "../../support/page/browser.ts";
import { ago, NOW, released } from "../../support/page/release.ts";
import { type ScriptedServer, scriptedServer } from "../../support/page/server.ts";
import { STATES, type StateName } from "../../support/page/states.ts";
import { until } from "../../support/until.ts";

/** What each state has to say, somewhere on the page, in words. */
const SAYS: Readonly<Record<StateName, readonly RegExp[]>> = {
  "nothing released": [/Nothing is released yet/, /npx canary promote/, /Nothing is recorded yet/],
  "canary-25": [
    /canary-25\s+is live/,
    /first 2\.4\.18 → 2\.4\.20/,
    /Promote to canary-75/,
    /8 of 40,000|Failed requests/,
  ],
  "canary-75": [/canary-75\s+is live/, /The canary was found fine/, /74\.8 %/, /measured by requests/],
  "canary-100": [/canary-100\s+is live/, /The release is at its end: 2\.4\.20 has all/],
  "in a move": [
    /Under way/,
    /apply canary-100/,
    /2 of 3 pods are ready/,
    /a move goes here/,
    /npx canary promote canary-100 --yes/,
  ],
  judged: [/neither yet/, /24 looks in 2 min/, /decided from 200 on/, /decided from 20 on/],
  harm: [/The canary does harm/, /chance would show this once in 4,100 soaks/, /246 of 6,000 \(4\.1 %\)/],
  held: [/Held at canary-75/, /npx canary judge/],
  aborted: [/The canary was taken out/, /by bob@pager: errors doubled/, /canary-0/],
  drifted: [
    /The cluster is not what canary-75 asks for/,
    /spec\.replicas/,
    /asked for 3, found 2/,
    /asked for nothing/,
  ],
  "locked by another": [/carol@ci-runner holds the lock/, /For promote canary-100/],
  "cluster away": [
    /The cluster does not answer since/,
    /ECONNREFUSED 10\.0\.0\.1:6443/,
    /canary-75\s+is live/,
  ],
  controlled: [
    /Promote to canary-100 …/,
    /Roll back to canary-25 …/,
    /Take the canary out …/,
    /Judge the canary …/,
  ],
  large: [
    /990 of 1,000 pods ready/,
    /CrashLoopBackOff/,
    /the container ended with exit code 1/,
    /4 restarts/,
  ],
};

describe("the page in a browser", () => {
  let bundle: PageBundle;
  let browser: Browser;
  let server: ScriptedServer;
  let viewer: Viewer;

  before(async () => {
    bundle = await bundlePage();
    browser = await launchBrowser(silentProgress);
    server = await scriptedServer(bundle, STATES["nothing released"]);
  });
  after(async () => {
    await server?.stop();
    await browser?.close();
  });
  afterEach(async () => {
    await viewer?.close();
    await until(() => server.viewers() === 0, { what: "the viewer is gone" });
  });

  const open = async (name: StateName, options: Parameters<typeof view>[2] = {}): Promise<Page> => {
    server.state = STATES[name];
    viewer = await view(browser, server.url, options);
    await viewer.page.getByRole("heading", { level: 1, name: "httpd" }).waitFor();
    return viewer.page;
  };
  const textOf = (page: Page): Promise<string> => page.evaluate("document.body.innerText");

  for (const name of Object.keys(STATES) as StateName[]) {
    it(`says what there is to say of: ${name}`, async () => {
      const page = await open(name);
      const text = await textOf(page);
      for (const pattern of SAYS[name]) assert.match(text, pattern);
      assert.deepEqual(viewer.complaints, []);
    });
  }

  it("asks no other host for anything, and its own for no more than it needs", async () => {
    const page = await open("judged");
    await page.locator(".plot-evidence canvas").waitFor();
    assert.deepEqual([...new Set(viewer.requested.map((url) => url.replace(server.url, "")))].sort(), [
      "/",
      "/events",
      "/page.css",
      "/page.js",
    ]);
  });

  it("follows what it is told, without being loaded again", async () => {
    const page = await open("canary-25");
    server.send({ event: "changed", changed: { status: released("canary-75").status } });
    await page.getByRole("heading", { name: "canary-75 is live" }).waitFor();
    const last = { ...released("canary-75").points.at(-1), time: ago(0), effective: 40, applied: 39.9 };
    server.send({ event: "point", point: last as (typeof STATES)["canary-25"]["points"][number] });
    await page.getByText(/canary 2\.4\.20 40 %, previous 2\.4\.18 60 %, the edge applies 39\.9 %/).waitFor();
  });

  it("says that the command is gone, keeps what it knew in grey, and comes back by itself", async () => {
    const page = await open("canary-75");
    await server.stop();
    await page.locator(".notice").getByText("canary page does not answer").waitFor();
    assert.equal(await page.locator("main.stale").count(), 1);
    assert.match(await textOf(page), /canary-75\s+is live/);
    assert.match(await page.title(), /^\? 75 % canary-75/);
    server.state = STATES["canary-100"];
    await server.start();
    await page.getByRole("heading", { name: "canary-100 is live" }).waitFor();
    assert.equal(await page.locator("main.stale").count(), 0);
    assert.deepEqual(viewer.complaints, []);
  });

  it("shows times in the viewer's zone, with UTC for whoever points at them, and in UTC when asked", async () => {
    const page = await open("canary-75");
    const since = page.locator(".since time");
    assert.equal(await since.textContent(), "00:27:40");
    assert.equal(await since.getAttribute("title"), "2026-11-28 04:27:40 UTC");
    await page.keyboard.press("u");
    assert.equal(await since.textContent(), "04:27:40 UTC");
  });

  it("shows the pods that ask for attention first, and the others when asked", async () => {
    const page = await open("large");
    const canary = page.getByRole("region", { name: "Deployment httpd-new" });
    assert.equal(await canary.locator(".pod").count(), 12);
    assert.equal(
      await canary.locator(".pod").first().locator(".pod-state").textContent(),
      "CrashLoopBackOff",
    );
    await canary.getByRole("button", { name: "488 more, 488 of them ready: show 100" }).click();
    await until(async () => (await canary.locator(".pod").count()) === 112, { what: "100 more pods" });
  });

  it("filters the history by words and kind", async () => {
    const page = await open("canary-75");
    const entries = page.locator(".entry");
    assert.equal(await entries.count(), 3);
    await page.keyboard.press("/");
    await page.keyboard.type("canary-25");
    await until(async () => (await entries.count()) === 2, { what: "two entries" });
    await page.getByLabel("Kind").selectOption("judged");
    await until(async () => (await entries.count()) === 1, { what: "one entry" });
    assert.match(await textOf(page), /1 of 3/);
  });

  it("is a record that says when it was made, asks nobody and offers nothing, where it was written to a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "canary-page-"));
    const file = join(folder, "release.html");
    await writeFile(file, exportedHtml({ bundle, state: STATES.harm, made: new Date(NOW) }));
    viewer = await view(browser, pathToFileURL(file).href);
    await viewer.page.getByText("a record made 00:30:00").waitFor();
    await viewer.page.locator(".plot-evidence canvas").waitFor();
    const text = await textOf(viewer.page);
    for (const pattern of SAYS.harm) assert.match(text, pattern);
    assert.equal(
      await viewer.page.getByRole("button", { name: /Take the canary out|Preview|Stop/ }).count(),
      0,
    );
    assert.deepEqual(viewer.requested, [pathToFileURL(file).href]);
    assert.deepEqual(viewer.complaints, []);
    await rm(folder, { recursive: true });
  });

  it("copies a command", async () => {
    const page = await open("canary-75");
    await page.getByRole("button", { name: "Copy: npx canary promote canary-100 --yes" }).click();
    await page.getByText("copied", { exact: true }).waitFor();
    assert.equal(
      await page.evaluate("navigator.clipboard.readText()"),
      "npx canary promote canary-100 --yes",
    );
  });
});
