import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
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

  before(async () => {
    browser = await launchBrowser(silentProgress);
    world = await new FakeWorld().at("canary-25");
    const bundle = await bundlePage();
    const verification = await world.verification();
    served = await OpenedPage.open({ bundle: async () => bundle, verification }, world);
    viewer = await view(browser, served.address, {}, "its own");
  });
  after(async () => {
    await viewer?.close();
    await served?.close();
    await browser?.close();
  });

  const heading = (stage: string) => viewer.page.getByRole("heading", { name: `${stage} is live` }).waitFor();

  it("signs in by the address, which the token leaves, and shows what is live", async () => {
    await heading("canary-25");
    assert.equal(viewer.page.url(), `${served.origin}/`);
  });

  it("promotes after the preview and a typed stage, and shows the next stage once it is live", async () => {
    const { page } = viewer;
    await page.getByRole("button", { name: "Promote to canary-75" }).click();
    const dialog = page.getByRole("dialog", { name: "Promote to canary-75" });
    await dialog.getByText("Deployment shop-new").first().waitFor();
    await dialog.getByLabel(/Type canary-75 to confirm/).fill("canary-75");
    await dialog.getByRole("button", { name: "Promote to canary-75" }).click();
    await heading("canary-75");
    assert.equal(await world.liveStage(), "canary-75");
  });

  it("keeps to its policy, and asks no other host", () => {
    assert.deepEqual(viewer.complaints, []);
    assert.deepEqual([...new Set(viewer.requested.map((url) => new URL(url).origin))], [served.origin]);
  });

  it("is the same from a file, with no server and within the file's own policy", async () => {
    await served.enter();
    const folder = await mkdtemp(join(tmpdir(), "exported-"));
    const file = join(folder, "release.html");
    await writeFile(file, (await served.ask("/export")).text);
    const exported = await view(browser, pathToFileURL(file).href, {}, "its own");
    try {
      await exported.page
        .getByRole("heading", { name: /canary-75/ })
        .first()
        .waitFor();
      assert.deepEqual(exported.complaints, []);
      const asked = exported.requested.filter((url) => !url.startsWith("data:"));
      assert.deepEqual(asked, [pathToFileURL(file).href]);
    } finally {
      await exported.close();
      await rm(folder, { recursive: true });
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
