/**
 * Both routers through the same release of the same application, side by side on one local environment: what a move
 * costs, and what traffic sees of it. Writes reports/routers.json and prints the table of docs/routers.md.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Environment, startEnvironment, stopEnvironment } from "../local/environment.ts";
import { createProgress } from "../local/progress.ts";
import { UserError } from "../src/errors.ts";
import { routerTable } from "./routers/document.ts";
import { runRelease } from "./routers/moves.ts";
import { CONTENDERS } from "./routers/projects.ts";
import type { Report } from "./routers/report.ts";

const REPORT = join(import.meta.dirname, "..", "reports", "routers.json");
const UNSUITABLE = 2;

async function measure(
  stateDir: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<Report["routers"]> {
  const runs: Report["routers"][number][] = [];
  for (const contender of CONTENDERS)
    runs.push(await runRelease(contender, { stateDir, environment, signal }));
  return runs;
}

async function main(): Promise<number> {
  const progress = createProgress();
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => interrupted.abort());
  const stateDir = await mkdtemp(join(tmpdir(), "canary-bench-"));
  try {
    const environment = await startEnvironment(stateDir, progress, undefined, interrupted.signal);
    const routers = await progress.step("a release by each router", () =>
      measure(stateDir, environment, interrupted.signal),
    );
    const report: Report = { cores: availableParallelism(), load: loadavg()[0] ?? 0, routers };
    await mkdir(dirname(REPORT), { recursive: true });
    await writeFile(REPORT, `${JSON.stringify(report, null, 2)}\n`);
    progress.say(routerTable(report));
    return routers.every(({ moves }) => moves.every(({ failed, fits }) => failed === 0 && fits)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.toString());
    return UNSUITABLE;
  } finally {
    await stopEnvironment(stateDir, progress);
    await rm(stateDir, { recursive: true, force: true });
  }
}

process.exitCode = await main();
