import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, it } from "mocha";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../../local/browser/browser.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { bundlePage } from "../../../src/page/bundle.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { type Viewer, view } from "../../support/page/browser.ts";
import { OpenedPage } from "../../support/page/opened-page.ts";
import { until } from "../../support/until.ts";

/** The server's half and the browser's, each as it is; the cluster alone is in memory. */
describe("the page, both halves together", () => {
  let browser: Browser;
  let world: FakeWorld;
  let served: OpenedPage;
  let viewer: Viewer;
  let other: Viewer;

  before(async () => {
    browser = await launchBrowser(silentProgress);
    world = await new FakeWorld().at("canary-25");
    const bundle = await bundlePage();
    const verification = await world.verification();
    served = await OpenedPage.open({ bundle: async () => bundle, verification }, world);
    viewer = await view(browser, served.address, {}, "its own");
    other = await view(browser, served.address, {}, "its own");
  });
  after(async () => {
    await viewer?.close();
    await other?.close();
    await served?.close();
    await browser?.close();
  });

  const live = (stage: string, seenBy = viewer) =>
    seenBy.page.getByRole("heading", { name: `${stage} is live` }).waitFor();

  const dialogFor = (stage: string) => viewer.page.getByRole("dialog", { name: `Promote to ${stage}` });

  it("signs in by the address, which the token leaves, and shows what is live", async () => {
    for (const one of [viewer, other]) {
      await live("canary-25", one);
      assert.equal(one.page.url(), `${served.origin}/`);
    }
  });

  it("promotes after the preview and a typed stage, and shows the next stage once it is live", async () => {
    await viewer.page.getByRole("button", { name: "Promote to canary-75" }).click();
    const dialog = dialogFor("canary-75");
    await dialog.getByText("Deployment shop-new").first().waitFor();
    await dialog.getByLabel(/Type canary-75 to confirm/).fill("canary-75");
    await dialog.getByRole("button", { name: "Promote to canary-75" }).click();
    await live("canary-75");
    assert.equal(await world.liveStage(), "canary-75");
  });

  it("promotes by keys as well, and another viewer sees it", async () => {
    // Keys that act are heard once the page can ask for something.
    await viewer.page.locator("button:enabled", { hasText: "Promote to canary-100" }).waitFor();
    await viewer.page.bringToFront();
    await viewer.page.keyboard.press("p");
    const dialog = dialogFor("canary-100");
    await dialog.getByText(/changes? in|Nothing would change/).waitFor();
    await dialog.getByLabel(/Type canary-100 to confirm/).fill("canary-100");
    await viewer.page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    for (const one of [viewer, other]) {
      await one.page.getByRole("heading", { name: "promote canary-100" }).waitFor();
      await one.page.getByText("exit code 0").waitFor();
      await live("canary-100", one);
    }
  });

  it("keeps to its policy, and asks no other host", () => {
    assert.deepEqual([...viewer.complaints, ...other.complaints, ...served.defects], []);
    const asked = [...viewer.requested, ...other.requested].map((url) => new URL(url).origin);
    assert.deepEqual([...new Set(asked)], [served.origin]);
  });

  it("is the same from a file, with no server and within the file's own policy", async () => {
    const saved = viewer.page.waitForEvent("download");
    await viewer.page.getByRole("link", { name: "save as a file" }).click();
    const file = join(served.folder, "release.html");
    await (await saved).saveAs(file);
    const record = await view(browser, pathToFileURL(file).href, {}, "its own");
    try {
      await record.page.getByText(/a record made/).waitFor();
      await record.page
        .getByRole("heading", { name: /canary-100/ })
        .first()
        .waitFor();
      assert.deepEqual(record.complaints, []);
      const asked = record.requested.filter((url) => !url.startsWith("data:"));
      assert.deepEqual(asked, [pathToFileURL(file).href]);
    } finally {
      await record.close();
    }
  });

  it("comes back by itself when the command was stopped and is started again", async () => {
    const port = Number(new URL(served.origin).port);
    await served.stop();
    await viewer.page.getByText("not connected").first().waitFor();
    const again = await OpenedPage.open(
      {
        address: { host: "127.0.0.1", port },
        project: { ...world.project, directory: served.folder },
        keyFile: join(served.folder, "key"),
      },
      await world.at("canary-25"),
    );
    try {
      await until(() => viewer.page.getByRole("heading", { name: "canary-25 is live" }).isVisible());
    } finally {
      await again.close();
    }
  });
});
