/** Runs the end-to-end tests on an environment of their own, and takes it down whatever happens. */
import { execa } from "execa";
import { onTemporaryEnvironment } from "../../local/environment/temporary.ts";
import { PROJECT_ROOT } from "../../local/paths.ts";
import { ENVIRONMENT_VARIABLE, sharedEnvironment } from "./support/environment.ts";

/** More than all of them take on two busy cores. */
const LIMIT_MS = 80 * 60_000;
const ALL = ["test/e2e/{release,command,environment,page}/**/*.test.ts"];

const main = (files: readonly string[]): Promise<number> =>
  onTemporaryEnvironment("canary-e2e", async ({ environment, stateDir, signal }) => {
    const shared = JSON.stringify(sharedEnvironment(stateDir, environment));
    const { exitCode, timedOut } = await execa("mocha", ["--config", "test/e2e/.mocharc.json", ...files], {
      cwd: PROJECT_ROOT,
      preferLocal: true,
      localDir: PROJECT_ROOT,
      env: { ...environment.plugins.environment, [ENVIRONMENT_VARIABLE]: shared },
      stdio: "inherit",
      reject: false,
      cancelSignal: signal,
      timeout: LIMIT_MS,
      killSignal: "SIGINT",
    });
    if (timedOut) console.error(`FAILED  the tests did not end within ${LIMIT_MS / 60_000} minutes`);
    // Mocha may have ended well when it was told to stop: what did not run did not pass.
    signal.throwIfAborted();
    return exitCode ?? 1;
  });

const files = process.argv.slice(2);
process.exitCode = await main(files.length > 0 ? files : ALL);
