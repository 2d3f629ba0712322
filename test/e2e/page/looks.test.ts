import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";
import { after, before, describe, it } from "mocha";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../../local/browser/browser.ts";
import { REPORTS } from "../../../local/paths.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { bundlePage } from "../../../src/page/bundle.ts";
import { matchesGolden } from "../../support/golden.ts";
import { hasFocus, view } from "../../support/page/browser.ts";
import { PREVIEW } from "../../support/page/preview.ts";
import { type ScriptedServer, scriptedServer } from "../../support/page/server.ts";
import { STATES, type StateName } from "../../support/page/states.ts";

const WIDTHS = [360, 1280, 2560] as const;
const THEMES = ["light", "dark"] as const;
const NAMES = Object.keys(STATES) as StateName[];
/** What each run saw, for a person to look at. */
const PICTURES = join(REPORTS, "page");

type Look = (name: StateName, page: Page) => Promise<void>;

describe("how the page looks", () => {
  let browser: Browser;
  let server: ScriptedServer;

  before(async () => {
    await mkdir(PICTURES, { recursive: true });
    browser = await launchBrowser(silentProgress);
    server = await scriptedServer(await bundlePage(), STATES["nothing released"]);
    server.preview = PREVIEW;
  });
  after(async () => {
    await server?.stop();
    await browser?.close();
  });

  /** Shows one state after another to the same viewer. */
  const shown = async (names: readonly StateName[], options: Parameters<typeof view>[2], look: Look) => {
    const viewer = await view(browser, "about:blank", options);
    for (const name of names) {
      server.state = STATES[name];
      await viewer.page.goto(server.url);
      await viewer.page.getByRole("heading", { level: 1, name: "httpd" }).waitFor();
      await hasFocus(viewer.page);
      await look(name, viewer.page);
    }
    await viewer.close();
  };

  for (const width of WIDTHS) {
    it(`has its parts where they belong at ${width} pixels, and nothing sticks out`, async () => {
      const seen: Record<string, unknown> = {};
      await shown(NAMES, { viewport: { width, height: 900 } }, async (name, page) => {
        await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`), fullPage: true });
        assert.deepEqual(await page.evaluate(sticksOut), [], `${name} at ${width}`);
        seen[name] = await page.evaluate(placesOf);
      });
      await matchesGolden(`page/layout-${width}`, seen);
    });
  }

  for (const theme of THEMES) {
    it(`gives axe-core nothing to find in ${theme}`, () =>
      shown(NAMES, { colorScheme: theme }, async (name, page) => {
        assert.deepEqual(await findings(page), [], `${name} in ${theme}`);
      }));

    it(`gives axe-core nothing to find in its dialogs in ${theme}`, () =>
      shown(["controlled"], { colorScheme: theme }, async (_name, page) => {
        // Keys that act are heard once the page can ask for something.
        await page.getByRole("heading", { name: "canary-75 is live" }).waitFor();
        await page.locator("button:enabled", { hasText: "canary-100" }).first().waitFor();
        await page.bringToFront();
        for (const key of ["x", "?"]) {
          await page.keyboard.press(key);
          await page.getByRole("dialog").waitFor();
          if (key === "x") await page.getByText("4 changes").waitFor();
          await page.screenshot({
            path: join(PICTURES, `dialog-${key === "x" ? "abort" : "keys"}-${theme}.png`),
          });
          assert.deepEqual(await findings(page), [], `dialog of ${key} in ${theme}`);
          await page.keyboard.press("Escape");
          await page.getByRole("dialog").waitFor({ state: "detached" });
        }
      }));
  }

  it("moves nothing for whoever does not want that, and a little for others", async () => {
    const moving: Record<string, unknown> = {};
    for (const reducedMotion of ["reduce", "no-preference"] as const)
      await shown(["in a move"], { reducedMotion }, async (_name, page) => {
        moving[reducedMotion] = await page.evaluate("document.getAnimations().length > 0");
      });
    assert.deepEqual(moving, { reduce: false, "no-preference": true });
  });
});

async function findings(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html.slice(0, 200), failureSummary])]))",
  );
}

/** Elements that reach beyond the window's right edge, or whose text does beyond themselves; run in the page. */
const sticksOut = `(() => {
  const width = document.documentElement.clientWidth;
  const isCut = (element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === "visible" && element.clientWidth > 0;
  return [...document.querySelectorAll("#page *")]
    .filter((element) => !element.closest(".unseen, .u-wrap, svg"))
    .filter((element) => element.getBoundingClientRect().right > width + 1 || (element.matches("p, h1, h2, h3, button, code, dd, dt, li") && getComputedStyle(element).display !== "inline" && isCut(element)))
    .map((element) => element.className + ": " + element.textContent.slice(0, 60));
})()`;

/** Where each part stands, in hundredths of the width, top to bottom: fonts change heights, and no column. Run in the page. */
const placesOf = `(() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll(".top, .notice, .overview, .panel")]
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .sort((one, other) => one.box.left - other.box.left || one.box.top - other.box.top)
    .map(({ element, box }) => [element.className, Math.round((100 * box.left) / width), Math.round((100 * box.right) / width)].join(" "));
})()`;
