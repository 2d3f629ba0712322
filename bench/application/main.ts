/**
 * How long a promotion of examples/shop takes beside one of httpd, in turn on one local environment: a service with a secret, a
 * file, a volume, a sidecar and a hook is to cost no more than its own start. Writes reports/application.json; ends with 1
 * where it costs more.
 */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { median } from "simple-statistics";
import { readApplication } from "../../demo/application/folder.ts";
import { importApplicationImage } from "../../demo/application/install.ts";
import { applyObjects } from "../../demo/application/objects.ts";
import { setSecrets } from "../../demo/application/secrets.ts";
import { onTemporaryEnvironment, type TemporaryEnvironment } from "../../local/environment/temporary.ts";
import { editYaml, projectNames, type Workspace, writeWorkspace } from "../../local/environment/workspace.ts";
import { CANARY, PROJECT_ROOT, REPORTS } from "../../local/paths.ts";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { connect } from "../../src/cluster/connect.ts";
import { promoteSchema } from "../../src/results/schemas.ts";
import { untilNoPodLeaves } from "../leaving-pods.ts";
import { count } from "../options.ts";
import { startsDuring } from "./starts.ts";

const REPORT = join(REPORTS, "application.json");
const STAGES = ["canary-25", "canary-75"] as const;

interface Application {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly app: string;
  readonly canary: (...words: readonly string[]) => Promise<string>;
}

/** A promotion from canary-25 to canary-75: it makes the pods of both tracks anew, one track after the other. */
interface Promotion {
  /** From the lock until the edge gives the share. */
  readonly seconds: number;
  /** Of these, those in which its pods started: both tracks' together. */
  readonly startSeconds: number;
}

const command = new Command("npm run bench:application --")
  .description("Measures promotions of examples/shop beside those of httpd.")
  .option("--rounds <n>", "promotions of each", count, 5);

const main = ({ rounds }: { readonly rounds: number }): Promise<number> =>
  onTemporaryEnvironment("canary-bench", async (temporary) => {
    const { progress } = temporary;
    const httpd = await progress.step("httpd at its first stage", () => prepareHttpd(temporary));
    const shop = await progress.step("shop at its first stage", () => prepareShop(temporary));
    const promotions: Record<"httpd" | "shop", Promotion[]> = { httpd: [], shop: [] };
    for (let round = 1; round <= rounds; round++) {
      await progress.step(`round ${round} of ${rounds}`, async () => {
        promotions.httpd.push(await promotion(httpd));
        promotions.shop.push(await promotion(shop));
      });
    }
    const result = { httpd: medians(promotions.httpd), shop: medians(promotions.shop) };
    const mayTake = result.httpd.seconds + result.shop.startSeconds;
    const isKept = result.shop.seconds <= mayTake;
    await mkdir(dirname(REPORT), { recursive: true });
    await writeFile(REPORT, `${JSON.stringify({ ...result, mayTake, isKept, promotions }, undefined, 2)}\n`);
    console.log(
      [
        "",
        line("httpd", result.httpd),
        line("shop", result.shop),
        `shop may take ${mayTake.toFixed(1)} s, httpd's and its own start: ${isKept ? "kept" : "NOT KEPT"}`,
      ].join("\n"),
    );
    return isKept ? 0 : 1;
  });

async function prepareHttpd({ environment }: TemporaryEnvironment): Promise<Application> {
  const application = await applicationIn(environment.workspace, environment);
  await application.canary("foundation", "--yes");
  await application.canary("promote", "canary-25", "--yes", "--no-verify");
  return application;
}

async function prepareShop({ environment, stateDir, progress, signal }: TemporaryEnvironment) {
  const shop = await readApplication(join(PROJECT_ROOT, "examples", "shop"));
  await importApplicationImage(shop, stateDir, progress, signal);
  const folder = await mkdtemp(join(stateDir, "shop-"));
  const written = await writeWorkspace(folder, environment.cluster, shop.project.directory);
  // Its own backend, and the tools of the other workspace.
  const workspace = {
    ...written,
    environment: { ...environment.workspace.environment, ...written.environment },
  };
  // As many pods as httpd has.
  for (const stage of STAGES) {
    const file = join(workspace.directory, `Pulumi.${stage}.yaml`);
    await editYaml(file, file, (values) =>
      values.setIn(["config", `${shop.project.name}:replicas`], { previous: 1, canary: 1 }),
    );
  }
  const application = await applicationIn(workspace, environment);
  await application.canary("foundation", "--yes");
  await setSecrets(workspace, shop);
  await applyObjects(application.api, application.namespace, shop.objects, workspace);
  await application.canary("promote", "canary-25", "--yes", "--no-verify");
  return application;
}

async function applicationIn(
  workspace: Workspace,
  { cluster }: TemporaryEnvironment["environment"],
): Promise<Application> {
  return {
    ...(await projectNames(workspace.directory)),
    api: await connect({ file: cluster.kubeconfig, context: cluster.context }),
    canary: async (...words) => {
      const options = { cwd: workspace.directory, env: { ...workspace.environment } };
      return (await execa(process.execPath, [CANARY, ...words], options)).stdout;
    },
  };
}

async function promotion(application: Application): Promise<Promotion> {
  await untilNoPodLeaves(application);
  const { result, starts } = await startsDuring(application, () =>
    application.canary("promote", "canary-75", "--yes", "--no-verify", "--json"),
  );
  const [move] = promoteSchema.parse(JSON.parse(result));
  if (!move || starts.length !== 2) throw new Error(`no promotion of two pods: ${starts.length} started`);
  await untilNoPodLeaves(application);
  await application.canary("rollback", "--yes", "--no-verify");
  return { seconds: move.seconds, startSeconds: starts.reduce((sum, one) => sum + one, 0) };
}

const medians = (promotions: readonly Promotion[]): Promotion => ({
  seconds: median(promotions.map(({ seconds }) => seconds)),
  startSeconds: median(promotions.map(({ startSeconds }) => startSeconds)),
});

const line = (name: string, { seconds, startSeconds }: Promotion): string =>
  `${name.padEnd(6)} promotion ${seconds.toFixed(1)} s, of which its two pods start for ${startSeconds.toFixed(1)} s`;

process.exitCode = await main(command.parse().opts<{ readonly rounds: number }>());
