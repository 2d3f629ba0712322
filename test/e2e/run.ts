/** Runs the end-to-end tests on an environment of their own, and takes it down whatever happens. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { startEnvironment, stopEnvironment } from "../../local/environment.ts";
import { createProgress } from "../../local/progress.ts";
import { UserError } from "../../src/errors.ts";
import { ENVIRONMENT_VARIABLE, sharedEnvironment } from "./environment.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const ALL = ["test/e2e/**/*.test.ts", "test/command/**/*.test.ts"];

async function main(files: readonly string[]): Promise<number> {
  const progress = createProgress();
  const stateDir = await mkdtemp(join(tmpdir(), "canary-e2e-"));
  const interrupted = new AbortController();
  // The listeners stay: without any, the library that waits for mocha would end this process at the first signal.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort());
  try {
    const environment = await startEnvironment(stateDir, progress, undefined, interrupted.signal);
    const shared = JSON.stringify(sharedEnvironment(stateDir, environment));
    const { exitCode } = await execa("npx", ["mocha", "--config", "test/e2e/.mocharc.json", ...files], {
      cwd: ROOT,
      env: { [ENVIRONMENT_VARIABLE]: shared },
      stdio: "inherit",
      reject: false,
      cancelSignal: interrupted.signal,
    });
    return exitCode ?? 1;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.toString());
    return 2;
  } finally {
    await stopEnvironment(stateDir, progress);
    await rm(stateDir, { recursive: true, force: true });
  }
}

const files = process.argv.slice(2);
process.exitCode = await main(files.length > 0 ? files : ALL);
