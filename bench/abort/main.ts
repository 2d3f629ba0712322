/**
 * Takes canaries out under load, with canaries that are healthy, never ready, crashing and missing their image, beside
 * rollbacks and kubectl, on a local environment of its own. Writes reports/abort.json.
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
import { findKubectl } from "../find-kubectl.ts";
import { startLoad } from "../load/load.ts";
import { count } from "../options.ts";
import { spread } from "../spread.ts";
import type { Patient } from "./canaries.ts";
import { move, succeed, type Way, waysWith } from "./ways.ts";

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
  readonly kubectl: string;
}

/** How long one of the ways took, and what became of the requests meanwhile. */
interface Measured {
  readonly way: string;
  readonly seconds: number;
  readonly requests: number;
  readonly failed: number;
  readonly failures: readonly unknown[];
}

const command = new Command("npm run bench:abort --")
  .description("Takes canaries out under load.")
  .option("--rounds <n>", "how often each way is measured", count, 5)
  .option("--rate <n>", "new connections a second", count, 1000)
  .option("--kubectl <file>", "the kubectl to compare with", "kubectl");

const main = ({ rounds, rate, kubectl }: Options): Promise<number> =>
  onTemporaryEnvironment("canary-bench", async (temporary) => {
    const { progress } = temporary;
    const patient = await progress.step("first stage", () => prepare(temporary));
    const { workspace, cluster } = temporary.environment;
    const ways = waysWith({
      ...workspace,
      ...patient,
      context: cluster.context,
      kubeconfig: cluster.kubeconfig ?? "",
      deployments: { canary: "app-new", previous: "app-previous" },
      kubectl: await findKubectl(kubectl, progress),
    });
    const measured: Measured[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const way of ways) {
        const title = `round ${round} of ${rounds}, ${way.name}`;
        measured.push(await progress.step(title, () => measure(patient, way, temporary, rate)));
      }
    }
    await mkdir(dirname(REPORT), { recursive: true });
    await writeFile(REPORT, `${JSON.stringify({ rate, measured }, undefined, 2)}\n`);
    console.log(`\n${tableOf(measured)}`);
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
  const patient = {
    api: await connect({ file: cluster.kubeconfig, context: cluster.context }),
    workspace,
    namespace: (await readProject(workspace.directory)).config.namespace,
    deployment: "app-new",
    release: RELEASE,
    canary,
  };
  await succeed(patient, "foundation");
  await move(patient, "promote", "canary-25");
  return patient;
}

async function measure(
  patient: Patient,
  way: Way,
  { environment, stateDir }: TemporaryEnvironment,
  rate: number,
): Promise<Measured> {
  const act = await way.prepare(patient);
  const load = await startLoad({
    url: await servingUrl(patient),
    clusterCidrs: [...environment.networks],
    newConnectionsPerSecond: rate,
    recordFile: join(stateDir, "abort.ndjson"),
    classify: { header: "x-version" },
  });
  const from = Date.now();
  await act();
  const until = Date.now();
  const { requests, failed, failures } = await load.between(from, until);
  await load.stop();
  await way.restore(patient);
  return { way: way.name, seconds: (until - from) / 1000, requests, failed, failures };
}

async function servingUrl({ api, workspace }: Patient): Promise<string> {
  const url = await edgeUrl(api, await (await readProject(workspace.directory)).stage("canary-25"));
  const serves = async () => (await fetch(url).catch(() => undefined))?.ok === true;
  if (!(await until(serves, SERVE_MS))) throw new Error(`nothing answers at ${url}`);
  return url;
}

function tableOf(measured: readonly Measured[]): string {
  return [...new Set(measured.map(({ way }) => way))]
    .map((way) => {
      const of = measured.filter((one) => one.way === way);
      const sum = (figure: "failed" | "requests") => of.reduce((total, one) => total + one[figure], 0);
      const seconds = `${of.length} times  ${spread(of.map((one) => one.seconds))} s`;
      return `${way.padEnd(50)} ${seconds}  ${sum("failed")} of ${sum("requests")} requests failed`;
    })
    .join("\n");
}

process.exitCode = await main(command.parse().opts<Options>());
