import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa } from "execa";
import type { Browser } from "playwright-core";
import { CANARY } from "../../local/paths.ts";
import type { Fixture } from "./fixture.ts";

/** @returns the seconds from `canary page` until a browser that runs already shows what is live */
export async function showPage({ directory, environment }: Fixture, browser: Browser): Promise<number> {
  const started = performance.now();
  const server = execa(process.execPath, [CANARY, "page", "--port", "0", "--json"], {
    cwd: directory,
    env: environment,
    stdin: "ignore",
    stderr: "ignore",
    reject: false,
  });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(await addressOf(server.stdout));
    await page.locator(".overview").waitFor();
    return (performance.now() - started) / 1000;
  } finally {
    await context.close();
    server.kill("SIGINT");
    await server;
  }
}

/** The first line that it prints. @throws Error when it ends before */
async function addressOf(printed: Readable): Promise<string> {
  for await (const line of createInterface({ input: printed })) {
    return (JSON.parse(line) as { readonly url: string }).url;
  }
  throw new Error("canary page ended before it had an address");
}
