import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../../local/browser/browser.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { bundlePage } from "../../../src/page/bundle.ts";
import { type Viewer, view } from "../../support/page/browser.ts";
import { PREVIEW } from "../../support/page/preview.ts";
import { ago } from "../../support/page/release.ts";
import { type ScriptedServer, scriptedServer } from "../../support/page/server.ts";
import { ACTION, STATES } from "../../support/page/states.ts";
import { until } from "../../support/until.ts";

/** By the keyboard alone wherever something is done: what a mouse can do is no proof. */
describe("steering from the page", () => {
  let browser: Browser;
  let server: ScriptedServer;
  let viewer: Viewer;
  let page: Page;

  before(async () => {
    browser = await launchBrowser(silentProgress);
    server = await scriptedServer(await bundlePage(), STATES.controlled);
  });
  beforeEach(async () => {
    server.state = STATES.controlled;
    server.preview = PREVIEW;
    server.refused = undefined;
    server.asked.length = 0;
    viewer = await view(browser, server.url);
    ({ page } = viewer);
    await page.getByRole("heading", { name: "canary-75 is live" }).waitFor();
  });
  afterEach(() => viewer.close());
  after(async () => {
    await server?.stop();
    await browser?.close();
  });

  const focused = (): Promise<string> =>
    page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText");
  const said = async (): Promise<string> => (await page.getByRole("status").last().textContent()) ?? "";
  /** Goes on with Tab until something has the focus; fails when it went around once. */
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (name.test(await focused())) return;
    }
    assert.fail(`no Tab leads to ${name}`);
  };

  it("reaches everything by Tab, in the order in which it is read", async () => {
    await tabTo(/^theme/);
    await tabTo(/^Preview canary-100/);
    await tabTo(/Promote to canary-100/);
    await tabTo(/Judge the canary/);
    await tabTo(/Roll back to canary-25/);
    await tabTo(/Take the canary out/);
    await tabTo(/arrow keys go along it/);
  });

  it("promotes after the exact preview and the stage's name, typed", async () => {
    await tabTo(/Promote to canary-100/);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Promote to canary-100" });
    await dialog.getByText("4 changes in 3 objects").waitFor();
    const text = (await dialog.textContent()) ?? "";
    for (const part of [
      /Deployment httpd-previous/,
      /spec\.replicas/,
      /npx canary promote canary-100 --yes/,
      /75 % to 100 % during the move/,
    ])
      assert.match(text, part);
    const confirm = dialog.getByRole("button", { name: "Promote to canary-100" });
    assert.equal(await confirm.isDisabled(), true);
    await dialog.getByLabel(/Type canary-100 to confirm/).focus();
    await page.keyboard.type("canary-10");
    await page.keyboard.press("Enter");
    assert.equal(await confirm.isDisabled(), true);
    await page.keyboard.type("0");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assert.deepEqual(server.asked, [
      {
        path: "/actions",
        csrf: "csrf-of-the-test",
        body: { kind: "promote", stage: "canary-100", seen: "seen-of-the-test", confirmation: "canary-100" },
      },
    ]);
    assert.match(await focused(), /Promote to canary-100/);
  });

  it("takes the canary out with a reason, after the word abort", async () => {
    await page.keyboard.press("x");
    const dialog = page.getByRole("dialog", { name: "Take the canary out" });
    await dialog.getByText("4 changes").waitFor();
    await dialog.getByLabel("Why, for the record").fill("it's slow");
    assert.match((await dialog.textContent()) ?? "", /npx canary abort --yes --reason 'it'\\''s slow'/);
    await dialog.getByLabel(/Type abort to confirm/).fill("abort");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assert.deepEqual(server.asked[0]?.body, {
      kind: "abort",
      reason: "it's slow",
      seen: "seen-of-the-test",
      confirmation: "abort",
    });
  });

  it("says why something is refused, and that nothing was done", async () => {
    server.refused = { message: "canary-100 is not what follows.", hint: "Preview it again." };
    await page.keyboard.press("p");
    await page.getByLabel(/Type canary-100 to confirm/).fill("canary-100");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("canary-100 is not what follows. Preview it again.").waitFor();
  });

  it("shows a preview that is refused, and then offers nothing to confirm", async () => {
    server.preview = { refused: { message: "canary-100 cannot be previewed.", hint: "Look at the stack." } };
    await page.keyboard.press("v");
    await page.getByRole("alert").getByText("canary-100 cannot be previewed.").waitFor();
    assert.equal(await page.getByRole("textbox", { name: /confirm/ }).count(), 0);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("shows the progress of an action to whoever looks, and its end, and says both", async () => {
    server.send({ event: "changed", changed: { action: ACTION } });
    await page.getByText("apply canary-100").waitFor();
    await until(async () => /promote canary-100 has begun/.test(await said()), { what: "it is said" });
    const result = {
      exitCode: 4,
      message: "The share does not fit.",
      hint: "Measure again: npx canary verify",
    };
    server.send({ event: "changed", changed: { action: { ...ACTION, ended: ago(0), result } } });
    await page.getByText("exit code 4").waitFor();
    await until(async () => /has ended: The share does not fit/.test(await said()), {
      what: "its end is said",
    });
  });

  it("stops an action in two steps", async () => {
    server.send({ event: "changed", changed: { action: ACTION } });
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Stop it" }).click();
    await until(() => server.asked.length === 1, { what: "it is asked for" });
    assert.deepEqual(
      [server.asked[0]?.path, server.asked[0]?.csrf],
      ["/actions/a1/cancel", "csrf-of-the-test"],
    );
  });

  it("does nothing by a key that is typed into a field, nor while keys are switched off", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("px");
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.getByRole("button", { name: "keys" }).click();
    await page.getByLabel("Single keys act").uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("x");
    assert.equal(await page.getByRole("dialog").count(), 0);
  });

  it("cannot act while the command is away", async () => {
    server.send({ event: "changed", changed: { cluster: { answers: false, since: ago(0), why: null } } });
    await page.locator(".notice").getByText("The cluster does not answer").waitFor();
    assert.equal(await page.getByRole("button", { name: /Take the canary out/ }).isDisabled(), true);
    await page.keyboard.press("x");
    assert.equal(await page.getByRole("dialog").count(), 0);
  });
});
