/**
 * What traffic sees of whole release cycles: this program and the walkthrough's way, side by side on one local
 * environment of their own. Writes reports/availability.json; `npm run bench:availability:draw` makes the document.
 */
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Command, InvalidArgumentError, Option } from "commander";
import { providerText } from "../../local/engine/provider.ts";
import type { Environment } from "../../local/environment/environment.ts";
import { onTemporaryEnvironment } from "../../local/environment/temporary.ts";
import { REPORTS } from "../../local/paths.ts";
import { until } from "../../local/process/until.ts";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { connect } from "../../src/cluster/connect.ts";
import type { Replicas } from "../../src/model/traffic.ts";
import { count } from "../options.ts";
import { startMover } from "./mover.ts";
import type { WayOptions } from "./moves.ts";
import { findSteadyRate, type Trial } from "./rate.ts";
import { type Report, type Run, readReport, writeReport } from "./report.ts";
import { type Bench, deployFirstStage, KEPT_CONNECTIONS, runCycles, startBenchLoad } from "./run.ts";
import type { Way, WayName } from "./ways.ts";

interface Options {
  readonly cycles: number;
  readonly replicas: readonly Size[];
  readonly rate?: number;
  readonly add?: boolean;
}

/** A size of the application, such as 6 and 2 pods; `cycles` where it differs from the usual number. */
interface Size {
  readonly replicas: Replicas;
  readonly cycles: number | undefined;
}

const REPORT = join(REPORTS, "availability.json");
const WAYS: readonly WayName[] = ["program", "walkthrough"];
const GONE_MS = 120_000;
const SIZES = "1+1,4+2,20+5:3";

const command = new Command("npm run bench:availability --")
  .description("Measures what traffic sees of release cycles, by this program and by the walkthrough's way.")
  .option("--cycles <n>", "release cycles of each way", count, 10)
  .option("--replicas <list>", "previous + canary pods, with :CYCLES where not as usual", sizes, sizes(SIZES))
  .option("--rate <n>", "new connections a second, instead of the highest that is held at rest", count)
  .addOption(
    new Option(
      "--add",
      "at the rate of the report that is there, and beside its runs with other numbers of pods",
    ).conflicts("rate"),
  );

function sizes(text: string): Size[] {
  return text.split(",").map((size) => {
    const [, previous, canary, cycles] = /^([1-9]\d*)\+([1-9]\d*)(?::([1-9]\d*))?$/.exec(size) ?? [];
    if (previous === undefined || canary === undefined) {
      throw new InvalidArgumentError(`"${size}" is no pair such as 1+1 or 20+5:3.`);
    }
    const replicas = { previous: Number(previous), canary: Number(canary) };
    return { replicas, cycles: cycles === undefined ? undefined : Number(cycles) };
  });
}

type Measured = Pick<Report, "load" | "runs">;

/** What of an earlier report stays beside the sizes that are measured now; undefined where nothing is to. */
async function earlierMeasured({ add, replicas }: Options): Promise<Measured | undefined> {
  if (!add) return undefined;
  const { load, runs } = await readReport(REPORT);
  const isMeasuredNow = (run: Run) => replicas.some((size) => isDeepStrictEqual(size.replicas, run.replicas));
  return { load, runs: runs.filter((run) => !isMeasuredNow(run)) };
}

/**
 * All runs, one after another; what one left running is gone before the next begins.
 * @param keep called after each run with all until then, so that a bench that is stopped keeps what it has
 */
async function measure(
  bench: Bench,
  options: Options,
  keep: (measured: Measured) => Promise<void>,
): Promise<Measured["runs"]> {
  const { kubeconfig, context } = bench.environment.cluster;
  const api = await connect({ file: kubeconfig, context });
  const earlier = await earlierMeasured(options);
  const runs = earlier?.runs ?? [];
  const given = earlier?.load.newConnectionsPerSecond ?? options.rate;
  let found: { rate: number; search: Trial[] } | undefined =
    given === undefined ? undefined : { rate: given, search: earlier?.load.search ?? [] };
  for (const { replicas, cycles = options.cycles } of options.replicas) {
    for (const name of WAYS) {
      bench.signal.throwIfAborted();
      const title = `${name} ${replicas.previous}+${replicas.canary}`;
      const recordFile = join(bench.stateDir, `${title.replace(/\W/g, "-")}.ndjson`);
      const { way, end } = await startMover(wayOptions(name, replicas, bench));
      try {
        const firstStage = await deployFirstStage(way, bench);
        found ??= await bench.progress.step("highest steady rate at rest", () =>
          findSteadyRate((rate) => startBenchLoad(firstStage.edge, rate, recordFile)),
        );
        const { rate, search } = found;
        runs.push(
          await bench.progress.step(`${title}, ${cycles} cycles at ${rate}/s`, () =>
            runCycles(way, { ...firstStage, rate, cycles, replicas, recordFile }, bench),
          ),
        );
        await keep({
          runs,
          load: { newConnectionsPerSecond: rate, keptConnections: KEPT_CONNECTIONS, search },
        });
      } finally {
        await end();
      }
      await remove(api, way);
    }
  }
  return runs;
}

function wayOptions(name: WayName, replicas: Replicas, { environment, stateDir }: Bench): WayOptions {
  const namespace = `bench-${name}-${replicas.previous}-${replicas.canary}`;
  const { cluster, workspace } = environment;
  return {
    name,
    namespace,
    replicas,
    folder: join(stateDir, namespace),
    environment: { cluster, workspace },
  };
}

async function remove(api: KubernetesApi, { namespace }: Way): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  await api.send("DELETE", path);
  const isGone = async () => (await api.get(path)) === undefined;
  if (await until(isGone, { timeoutMs: GONE_MS, everyMs: 500 })) return;
  throw new Error(`namespace ${namespace} is not gone within ${GONE_MS / 1000} s`);
}

async function describe({ engine, plugins, cluster, edge }: Environment): Promise<Report["environment"]> {
  const api = await connect({ file: cluster.kubeconfig, context: cluster.context });
  const { gitVersion } = await api.send<{ gitVersion: string }>("GET", "/version");
  return {
    engine: `pulumi ${engine.version} (${engine.source})`,
    provider: `kubernetes provider ${providerText(plugins.provider)}`,
    kubernetes: gitVersion,
    haproxy: edge?.version ?? "",
    cores: availableParallelism(),
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(1)),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** 0 when no request of this program's failed, 1 when one did, 2 when this machine will not do. */
const main = (options: Options): Promise<number> =>
  onTemporaryEnvironment("canary-bench", async (bench) => {
    const described = await describe(bench.environment);
    const runs = await measure(bench, options, (measured) =>
      writeReport(REPORT, { environment: described, ...measured }),
    );
    for (const { way, replicas, total } of runs) {
      bench.progress.say(
        `${way} ${replicas.previous}+${replicas.canary}: ${total.requests} requests, ${total.failed} failed`,
      );
    }
    return runs.some(({ way, total }) => way === "program" && total.failed > 0) ? 1 : 0;
  });

process.exitCode = await main(command.parse().opts<Options>());
