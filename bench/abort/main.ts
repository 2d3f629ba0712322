/**
 * Takes canaries out under load, with canaries that are healthy, never ready, crashing and missing their image, on a local
 * environment of its own. Writes reports/abort.json.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { onTemporaryEnvironment, type TemporaryEnvironment } from "../../local/environment/temporary.ts";
import { editYaml } from "../../local/environment/workspace.ts";
import { CANARY, REPORTS } from "../../local/paths.ts";
import { until } from "../../local/process/until.ts";
import { connect } from "../../src/cluster/connect.ts";
import { readProject } from "../../src/project/project.ts";
import { edgeUrl } from "../../src/verification/address.ts";
import { startLoad } from "../load/load.ts";
import { count } from "../options.ts";
import { breakCanary, CANARIES, type Canary, healCanary, type Patient } from "./canaries.ts";

const REPORT = join(REPORTS, "abort.json");
const APP = {
  name: "app",
  image: "docker.io/canary-stages/app",
  port: 5000,
  probePath: "/healthz",
  drainSeconds: 3,
  startSeconds: 5,
  resources: { requests: { cpu: "20m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
};
const RELEASE = { previous: "1.0.0", canary: "2.0.0" };
const SERVE_MS = { timeoutMs: 60_000, everyMs: 200 };

interface Options {
  readonly rounds: number;
  readonly rate: number;
}

/** One abort: how long the command took, and what became of the requests meanwhile. */
interface Abort {
  readonly canary: Canary;
  readonly seconds: number;
  readonly requests: number;
  readonly failed: number;
  readonly failures: readonly unknown[];
}

const command = new Command("npm run bench:abort --")
  .description("Takes canaries out under load.")
  .option("--rounds <n>", "aborts of each kind of canary", count, 5)
  .option("--rate <n>", "new connections a second", count, 1000);

const main = ({ rounds, rate }: Options): Promise<number> =>
  onTemporaryEnvironment("canary-bench", async (temporary) => {
    const { progress } = temporary;
    const patient = await progress.step("first stage", () => prepare(temporary));
    const aborts: Abort[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const kind of CANARIES) {
        const title = `round ${round} of ${rounds}, a canary that is ${kind}`;
        aborts.push(await progress.step(title, () => measureAbort(patient, kind, temporary, rate)));
      }
    }
    await mkdir(dirname(REPORT), { recursive: true });
    await writeFile(REPORT, `${JSON.stringify({ rate, aborts }, undefined, 2)}\n`);
    console.log(`\n${tableOf(aborts)}`);
    return 0;
  });

async function prepare({ environment, stateDir }: TemporaryEnvironment): Promise<Patient> {
  const { workspace, cluster } = environment;
  const file = join(workspace.directory, "Pulumi.yaml");
  await editYaml(file, file, (project) => {
    project.setIn(["config", "app", "value"], APP);
    project.setIn(["config", "release", "value"], RELEASE);
  });
  const canary = async (...words: readonly string[]) => {
    const { exitCode, all } = await execa(process.execPath, [CANARY, ...words], {
      cwd: workspace.directory,
      env: { ...workspace.environment },
      reject: false,
      all: true,
    });
    await writeFile(join(stateDir, "last-command.log"), all);
    return exitCode;
  };
  await succeed(canary, "foundation", "--yes");
  await succeed(canary, "promote", "canary-25", "--yes", "--no-verify");
  return {
    api: await connect({ file: cluster.kubeconfig, context: cluster.context }),
    workspace,
    namespace: (await readProject(workspace.directory)).config.namespace,
    deployment: "app-new",
    release: RELEASE,
    canary,
  };
}

async function succeed(canary: Patient["canary"], ...words: readonly string[]): Promise<void> {
  const exitCode = await canary(...words);
  if (exitCode !== 0) throw new Error(`canary ${words.join(" ")} ended with ${exitCode}`);
}

async function measureAbort(
  patient: Patient,
  kind: Canary,
  { environment, stateDir }: TemporaryEnvironment,
  rate: number,
): Promise<Abort> {
  await breakCanary(patient, kind);
  const load = await startLoad({
    url: await servingUrl(patient),
    clusterCidrs: [...environment.networks],
    newConnectionsPerSecond: rate,
    recordFile: join(stateDir, "abort.ndjson"),
    classify: { header: "x-version" },
  });
  const from = Date.now();
  await succeed(patient.canary, "abort", "--yes", "--no-verify", "--reason", kind);
  const until = Date.now();
  const { requests, failed, failures } = await load.between(from, until);
  await load.stop();
  await healCanary(patient, kind);
  await succeed(patient.canary, "promote", "canary-25", "--yes", "--no-verify");
  return { canary: kind, seconds: (until - from) / 1000, requests, failed, failures };
}

async function servingUrl({ api, workspace }: Patient): Promise<string> {
  const url = await edgeUrl(api, await (await readProject(workspace.directory)).stage("canary-25"));
  const serves = async () => (await fetch(url).catch(() => undefined))?.ok === true;
  if (!(await until(serves, SERVE_MS))) throw new Error(`nothing answers at ${url}`);
  return url;
}

function tableOf(aborts: readonly Abort[]): string {
  return CANARIES.map((kind) => {
    const of = aborts.filter(({ canary }) => canary === kind);
    const seconds = of.map((abort) => abort.seconds).sort((a, b) => a - b);
    const sum = (of_: (abort: Abort) => number) => of.reduce((total, abort) => total + of_(abort), 0);
    return `${kind.padEnd(20)} ${of.length} aborts  ${seconds[0]?.toFixed(1)} to ${seconds.at(-1)?.toFixed(1)} s  ${sum(({ failed }) => failed)} of ${sum(({ requests }) => requests)} requests failed`;
  }).join("\n");
}

process.exitCode = await main(command.parse().opts<Options>());
