/**
 * How long the command takes, beside kubectl on the same objects in the same run, on a local environment of its own.
 * Writes reports/command.json.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { launchBrowser } from "../../local/browser/browser.ts";
import type { Environment } from "../../local/environment/environment.ts";
import { applyLocalFoundation } from "../../local/environment/foundation.ts";
import { localOperator } from "../../local/environment/operator.ts";
import { onTemporaryEnvironment } from "../../local/environment/temporary.ts";
import { REPORTS } from "../../local/paths.ts";
import type { Progress } from "../../local/process/progress.ts";
import { connect } from "../../src/cluster/connect.ts";
import { applyStage, previewStage } from "../../src/operations/move.ts";
import { findKubectl } from "../find-kubectl.ts";
import { count } from "../options.ts";
import type { Fixture } from "./fixture.ts";
import { type Figures, measureCommand } from "./measure.ts";
import { table } from "./table.ts";

const REPORT = join(REPORTS, "command.json");

interface Options {
  readonly rounds: number;
  readonly kubectl: string;
}

const command = new Command("npm run bench:command --")
  .description("Measures the canary command beside kubectl.")
  .option("--rounds <n>", "how often each is measured", count, 5)
  .option("--kubectl <file>", "the kubectl to compare with", "kubectl");

const main = ({ rounds, kubectl }: Options): Promise<number> =>
  onTemporaryEnvironment("canary-bench", async ({ environment, progress }) => {
    const fixture = await prepareFixture(environment, kubectl, progress);
    const browser = await launchBrowser(progress);
    const figures = await progress
      .step(`${rounds} rounds`, () => measureCommand(fixture, browser, rounds))
      .finally(() => browser.close());
    await writeReport(figures);
    console.log(`\n${table(figures)}`);
    return 0;
  });

async function prepareFixture(
  environment: Environment,
  kubectl: string,
  progress: Progress,
): Promise<Fixture> {
  const { workspace, cluster } = environment;
  const operator = await localOperator(environment);
  await progress.step("first stage", async () => {
    await applyLocalFoundation(operator);
    await applyStage(operator, await previewStage(operator, "canary-25"));
  });
  return {
    directory: workspace.directory,
    environment: workspace.environment,
    kubeconfig: cluster.kubeconfig ?? "",
    context: cluster.context,
    namespace: operator.project.config.namespace,
    deployments: { canary: "httpd-new", previous: "httpd-previous" },
    api: await connect({ file: cluster.kubeconfig, context: cluster.context }),
    kubectl: await findKubectl(kubectl, progress),
  };
}

async function writeReport(figures: Figures): Promise<void> {
  await mkdir(dirname(REPORT), { recursive: true });
  const machine = { cores: availableParallelism(), load: loadavg()[0] };
  await writeFile(REPORT, `${JSON.stringify({ machine, seconds: figures }, undefined, 2)}\n`);
}

process.exitCode = await main(command.parse().opts<Options>());
