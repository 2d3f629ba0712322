/**
 * All routers through the same release of the same application, side by side on one local environment: what a move
 * costs, and what traffic sees of it. Writes reports/routers.json and prints the table of docs/routers.md.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { Command, Option } from "commander";
import { onTemporaryEnvironment } from "../../local/environment/temporary.ts";
import { REPORTS } from "../../local/paths.ts";
import { count } from "../options.ts";
import { promotionTable, routerTable } from "./document.ts";
import { type Bench, runRelease } from "./moves.ts";
import { CONTENDERS } from "./projects.ts";
import type { Report } from "./report.ts";

const REPORT = join(REPORTS, "routers.json");

interface Options {
  readonly router?: readonly string[];
  readonly rounds: number;
}

const command = new Command("npm run bench:routers --")
  .description("Takes one release through each router, side by side.")
  .addOption(new Option("--router <name...>", "these alone").choices(CONTENDERS.map(({ router }) => router)))
  .option("--rounds <n>", "how often a promotion through a route is measured", count, 5);

async function measure(bench: Bench, among: readonly string[] | undefined): Promise<Report["routers"]> {
  const runs: Report["routers"][number][] = [];
  const contenders = CONTENDERS.filter(({ router }) => among?.includes(router) ?? true);
  for (const contender of contenders) runs.push(await runRelease(contender, bench));
  return runs;
}

const main = ({ router, rounds }: Options): Promise<number> =>
  onTemporaryEnvironment("canary-bench", async ({ environment, stateDir, progress, signal }) => {
    const routers = await progress.step("a release by each router", () =>
      measure({ stateDir, environment, progress, signal, rounds }, router),
    );
    const report: Report = { cores: availableParallelism(), load: loadavg()[0] ?? 0, routers };
    await mkdir(dirname(REPORT), { recursive: true });
    await writeFile(REPORT, `${JSON.stringify(report, null, 2)}\n`);
    progress.say(routerTable(report));
    progress.say(promotionTable(report));
    return routers.every(({ moves }) => moves.every(({ failed, fits }) => failed === 0 && fits)) ? 0 : 1;
  });

process.exitCode = await main(command.parse().opts<Options>());
