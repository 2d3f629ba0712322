/**
 * Draws docs/pictures/page-light.png and page-dark.png from a page that was written to a file, by default the one that the
 * walk writes: `npm run page:picture [-- FILE.html]`.
 */
import { access, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../local/browser/browser.ts";
import { PROJECT_ROOT, REPORTS } from "../../local/paths.ts";
import { createProgress } from "../../local/process/progress.ts";
import { UserError } from "../../src/errors.ts";

const PICTURES = join(PROJECT_ROOT, "docs", "pictures");
/** As wide as a screen, and high enough for what an eye takes in at once. */
const SIZE = { width: 1440, height: 1010 };
const WRONG_USE = 2;

async function main(file: string): Promise<number> {
  try {
    await access(file).catch(() => {
      throw new UserError(`There is no ${file}.`, "Write one: npx canary page --export FILE, or npm start.");
    });
    await mkdir(PICTURES, { recursive: true });
    const browser = await launchBrowser(createProgress());
    try {
      for (const theme of ["light", "dark"] as const) await draw(browser, file, theme);
    } finally {
      await browser.close();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`${error.message}\n${error.hint}`);
    return WRONG_USE;
  }
}

async function draw(browser: Browser, file: string, theme: "light" | "dark"): Promise<void> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: theme, reducedMotion: "reduce" });
  await page.goto(pathToFileURL(file).href);
  await page.locator(".overview").waitFor();
  const picture = join(PICTURES, `page-${theme}.png`);
  await page.screenshot({ path: picture });
  console.log(picture);
}

process.exitCode = await main(resolve(process.argv[2] ?? join(REPORTS, "release.html")));
