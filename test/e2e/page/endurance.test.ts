import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../../local/browser/browser.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { bundlePage } from "../../../src/page/bundle.ts";
import { type Viewer, view } from "../../support/page/browser.ts";
import { NOW } from "../../support/page/release.ts";
import { type ScriptedServer, scriptedServer } from "../../support/page/server.ts";
import { STATES } from "../../support/page/states.ts";
import { until } from "../../support/until.ts";

/** What an hour brings, a point a second. */
const HOUR = 3600;
const LONG_MS = 100;
/** Garbage that a collector leaves for later, and what a browser keeps for itself. */
const SLACK_BYTES = 2_000_000;

describe("the page with 1,000 pods and 10,000 points", () => {
  let browser: Browser;
  let server: ScriptedServer;
  let viewer: Viewer;
  let page: Page;
  let sent = 0;

  before(async () => {
    browser = await launchBrowser(silentProgress);
    server = await scriptedServer(await bundlePage(), STATES.large);
    viewer = await view(browser, "about:blank", {}, "its own");
    ({ page } = viewer);
    await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
    await page.goto(server.url);
    await page.locator(".plot-failed canvas").waitFor();
  });
  after(async () => {
    await viewer?.close();
    await server?.stop();
    await browser?.close();
  });

  /** Sends points of the seconds after `NOW`, and waits until the last one is shown. */
  const live = async (seconds: number): Promise<void> => {
    const last = STATES.large.points.at(-1);
    assert.ok(last);
    for (let second = 0; second < seconds; second++) {
      sent++;
      server.send({
        event: "point",
        point: { ...last, time: new Date(Date.parse(NOW) + sent * 1000).toISOString() },
      });
    }
    const shown = new Date(Date.parse(NOW) + sent * 1000).toISOString().slice(14, 19);
    await page.locator(".told").getByText(shown).waitFor();
  };

  it("never keeps the browser busy for more than 100 ms at a time", async () => {
    for (let round = 0; round < 10; round++) {
      await live(1);
      server.send({ event: "changed", changed: { status: structuredClone(STATES.large.status) } });
      await page.keyboard.press("ArrowLeft");
    }
    await page
      .getByRole("button", { name: /show 100/ })
      .first()
      .click();
    const tasks = mainTasks(await browser.stopTracing());
    assert.ok(tasks.length > 100, `${tasks.length} tasks`);
    assert.deepEqual(
      tasks.filter((milliseconds) => milliseconds > LONG_MS),
      [],
    );
  });

  it("does not grow in an hour", async () => {
    const session = await page.context().newCDPSession(page);
    const used = async (): Promise<number> => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    await live(HOUR / 4);
    const before = await used();
    await live(HOUR);
    await until(async () => (await used()) < before + SLACK_BYTES, {
      what: `less than ${before + SLACK_BYTES} bytes in use`,
      timeoutMs: 10_000,
    });
  });
});

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Of its thread alone, in microseconds: what a busy machine does meanwhile does not count. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** How long each task kept the main thread of a page, in milliseconds. */
function mainTasks(trace: Buffer): readonly number[] {
  const { traceEvents } = JSON.parse(trace.toString("utf8")) as {
    readonly traceEvents: readonly TraceEvent[];
  };
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .filter(({ name, pid, tid }) => /RunTask$/.test(name) && main.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000);
}
