import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { until } from "../until.ts";
import { NOW } from "./release.ts";

/** A page in a browser, with all that it complained of and asked for. */
export interface Viewer {
  readonly page: Page;
  /** Errors of its script, and what its Content-Security-Policy refused. */
  readonly complaints: readonly string[];
  /** Addresses that it asked for. */
  readonly requested: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens an address as a viewer whose zone is four hours behind UTC, and whose clock stands at `NOW`. (A clock that is made to
 * stand is a slow one: where time is measured, it has to be its own.)
 */
export async function view(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  clock: "at NOW" | "its own" = "at NOW",
): Promise<Viewer> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    timezoneId: "America/Manaus",
    locale: "en-GB",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (
      message.type() === "error" &&
      !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/.test(message.text())
    )
      complaints.push(message.text());
  });
  page.on("request", (request) => requested.push(request.url()));
  if (clock === "at NOW") await page.clock.setFixedTime(NOW);
  await page.goto(url);
  await hasFocus(page);
  return { page, complaints, requested, close: () => context.close() };
}

/** Waits until keys that are pressed reach the page: a browser that is busy gives it the focus a moment after it is there. */
export async function hasFocus(page: Page): Promise<void> {
  await until(() => page.evaluate<boolean>("document.hasFocus()"), { what: "the page has the focus" });
}
