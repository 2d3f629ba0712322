/**
 * All routers through the same release of the same application, side by side on one local environment: what a move
 * costs, and what traffic sees of it. Writes reports/routers.json and prints the table of docs/routers.md.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { onTemporaryEnvironment } from "../../local/environment/temporary.ts";
import { REPORTS } from "../../local/paths.ts";
import { routerTable } from "./document.ts";
import { type Bench, runRelease } from "./moves.ts";
import { CONTENDERS } from "./projects.ts";
import type { Report } from "./report.ts";

const REPORT = join(REPORTS, "routers.json");

async function measure(bench: Bench): Promise<Report["routers"]> {
  const runs: Report["routers"][number][] = [];
  for (const contender of CONTENDERS) runs.push(await runRelease(contender, bench));
  return runs;
}

const main = (): Promise<number> =>
  onTemporaryEnvironment("canary-bench", async ({ environment, stateDir, progress, signal }) => {
    const routers = await progress.step("a release by each router", () =>
      measure({ stateDir, environment, progress, signal }),
    );
    const report: Report = { cores: availableParallelism(), load: loadavg()[0] ?? 0, routers };
    await mkdir(dirname(REPORT), { recursive: true });
    await writeFile(REPORT, `${JSON.stringify(report, null, 2)}\n`);
    progress.say(routerTable(report));
    return routers.every(({ moves }) => moves.every(({ failed, fits }) => failed === 0 && fits)) ? 0 : 1;
  });

process.exitCode = await main();
