/** Runs the end-to-end tests on an environment of their own, and takes it down whatever happens. */
import { execa } from "execa";
import { onTemporaryEnvironment } from "../../local/environment/temporary.ts";
import { PROJECT_ROOT } from "../../local/paths.ts";
import { ENVIRONMENT_VARIABLE, sharedEnvironment } from "./support/environment.ts";

/** More than all of them take on two busy cores. */
const LIMIT_MS = 80 * 60_000;

/** Files for one mocha. */
type Lane = readonly string[];

/**
 * Lanes that run side by side, and what comes after them. The second lane takes of the shared environment its tools alone: it
 * has clusters of its own. What is last looks at the whole machine, or at how quick something is.
 */
const ALL: readonly (readonly Lane[])[] = [
  [
    ["command", "release", "page"].map((folder) => `test/e2e/${folder}/**/*.test.ts`),
    ["own-cluster", "first-start"].map((name) => `test/e2e/environment/${name}.test.ts`),
  ],
  [["test/e2e/environment/!(own-cluster|first-start).test.ts"]],
];

/** @returns an exit code */
const main = (steps: typeof ALL): Promise<number> =>
  onTemporaryEnvironment("canary-e2e", async ({ environment, stateDir, signal }) => {
    const shared = JSON.stringify(sharedEnvironment(stateDir, environment));

    async function run(lane: Lane, output: "inherit" | "pipe") {
      const { exitCode, timedOut, all } = await execa(
        "mocha",
        ["--config", "test/e2e/.mocharc.json", ...lane],
        {
          cwd: PROJECT_ROOT,
          preferLocal: true,
          localDir: PROJECT_ROOT,
          env: { ...environment.plugins.environment, [ENVIRONMENT_VARIABLE]: shared },
          stdin: "inherit",
          stdout: output,
          stderr: output,
          all: output === "pipe",
          reject: false,
          cancelSignal: signal,
          timeout: LIMIT_MS,
          killSignal: "SIGINT",
        },
      );
      const late = timedOut ? `FAILED  the tests did not end within ${LIMIT_MS / 60_000} minutes` : "";
      return { said: [all, late].filter(Boolean).join("\n"), failed: exitCode ?? 1 };
    }

    const ended: number[] = [];
    for (const [first = [], ...others] of steps) {
      // One lane is shown as it goes, and the others once it has ended: two lists in one would be none.
      const running = others.map((lane) => run(lane, "pipe"));
      const results = [await run(first, "inherit"), ...(await Promise.all(running))];
      for (const { said, failed } of results) {
        if (said !== "") console.log(said);
        ended.push(failed);
      }
      // Mocha may have ended well when it was told to stop: what did not run did not pass.
      signal.throwIfAborted();
    }
    return Math.max(...ended);
  });

const files = process.argv.slice(2);
process.exitCode = await main(files.length > 0 ? [[files]] : ALL);
