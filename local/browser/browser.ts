import { type Browser, chromium } from "playwright-core";
import { ensurePackages } from "../cluster/packages.ts";
import { BROWSER_PACKAGES, CHROMIUM } from "../machine/debian-packages.mjs";
import type { Progress } from "../process/progress.ts";

/**
 * Starts Debian's Chromium without a window, and installs it where it is missing. Without its sandbox, which root cannot have:
 * it opens this project's own pages alone.
 * @throws UserError when it cannot be installed
 */
export async function launchBrowser(progress: Progress): Promise<Browser> {
  await ensurePackages(BROWSER_PACKAGES, progress);
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
}
