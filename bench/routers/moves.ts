import { join } from "node:path";
import { layoutOf } from "../../local/cluster/layout.ts";
import type { Environment } from "../../local/environment/environment.ts";
import { applyLocalFoundation } from "../../local/environment/foundation.ts";
import { localOperator } from "../../local/environment/operator.ts";
import { gatewayValues } from "../../local/environment/routers.ts";
import { startGateway } from "../../local/gateway/gateway.ts";
import { ensureGatewaySupplies } from "../../local/gateway/supplies.ts";
import type { Progress } from "../../local/process/progress.ts";
import { until } from "../../local/process/until.ts";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { applyStage, previewStage, type StagePreview } from "../../src/operations/move.ts";
import type { Operator } from "../../src/operations/operator.ts";
import { stageConfig } from "../../src/routers/config.ts";
import { routerOf } from "../../src/routers/index.ts";
import { edgeUrl } from "../../src/verification/address.ts";
import { judge, measure } from "../../src/verification/measurement.ts";
import { untilShareApplied } from "../applied.ts";
import { type Load, startLoad } from "../load/load.ts";
import { watchPods } from "./pods.ts";
import { APPLICATION, type Contender, namespaceOf, SHARES, stageOf, writeProject } from "./projects.ts";
import { measurePromotions } from "./promotions.ts";
import { reachOf } from "./reach.ts";
import type { MeasuredMove, Report } from "./report.ts";

const LOAD_PER_SECOND = 100;
const MEASURED_REQUESTS = 4000;
const APPLIED_MS = 10_000;
const SETTLE_MS = 10_000;
const SETTLE_REQUESTS = 400;

export interface Bench {
  readonly stateDir: string;
  readonly progress: Progress;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** How often a promotion that changes one object is measured. */
  readonly rounds: number;
}

interface Running {
  readonly operator: Operator;
  readonly api: KubernetesApi;
  readonly bench: Bench;
  readonly router: Contender["router"];
}

/** Takes a release through all shares by one router, and back to the first one. */
export async function runRelease(contender: Contender, bench: Bench): Promise<Report["routers"][number]> {
  const { environment, stateDir } = bench;
  const workspace = await writeProject(
    stateDir,
    contender,
    environment.cluster,
    environment.workspace.environment,
    await edgeOf(contender, bench),
  );
  const operator = await localOperator({ workspace, cluster: environment.cluster });
  const api = await operator.cluster();
  if (!api) throw new Error("the local environment has no cluster");
  const running = { operator, api, bench, router: contender.router };
  const [first, ...rest] = SHARES;
  await applyLocalFoundation(operator);
  await applyStage(operator, await previewStage(operator, stageOf(first)));
  const moves: MeasuredMove[] = [];
  for (const share of [...rest, first]) {
    bench.signal.throwIfAborted();
    moves.push(await measuredMove(running, stageOf(share)));
  }
  const promotions =
    contender.router === "gateway"
      ? await measurePromotions(
          { workspace, operator, cluster: environment.cluster, namespace: namespaceOf(contender.router) },
          bench.rounds,
        )
      : undefined;
  return { router: contender.router, reach: await reach(operator, contender), moves, promotions };
}

/** What a router's edge has to be told; starts what it needs on this machine beside the environment's own edge. */
async function edgeOf({ router }: Contender, bench: Bench): Promise<object | undefined> {
  if (router !== "gateway") return undefined;
  const { stateDir, environment, progress, signal } = bench;
  const cluster = { stateDir, machinery: layoutOf(stateDir).machinery, context: environment.cluster.context };
  const supplies = await ensureGatewaySupplies(progress, signal);
  const gateway = { namespace: namespaceOf(router), name: APPLICATION };
  return gatewayValues(await startGateway(cluster, supplies, gateway, progress)).edge;
}

async function measuredMove(running: Running, stage: string): Promise<MeasuredMove> {
  const { operator, api, bench, router } = running;
  const url = await edgeUrl(api, await operator.project.stage(stage));
  const load = await startSteadyLoad(url, bench, `${router}-${stage}`);
  const watch = await watchPods(api, namespaceOf(router));
  const started = performance.now();
  const preview = await previewStage(operator, stage);
  await applyStage(operator, preview);
  const seconds = (performance.now() - started) / 1000;
  const pods = await watch.stop();
  const loaded = await load.stop();
  await untilSettled(url, preview, bench);
  const measurement = await ask(url, preview, MEASURED_REQUESTS);
  const { measured, fits } = judge(measurement, preview.config.release.canary, preview.plan.effectiveCanary);
  return {
    stage,
    intended: preview.plan.intended.canary,
    effective: preview.plan.effectiveCanary,
    measured,
    fits,
    seconds,
    ...pods,
    requests: loaded.requests + measurement.requests,
    failed: loaded.failed + measurement.failed,
  };
}

function startSteadyLoad(url: string, { environment, stateDir }: Bench, name: string): Promise<Load> {
  return startLoad({
    url,
    clusterCidrs: environment.networks,
    newConnectionsPerSecond: LOAD_PER_SECOND,
    recordFile: join(stateDir, `${name}.ndjson`),
    classify: { body: "(\\S+)" },
  });
}

function ask(url: string, { config: { release } }: StagePreview, requests: number) {
  return measure({ url, rule: {}, versions: [release.previous, release.canary] }, { requests });
}

/** Waits until the edge has followed the cluster: HAProxy tells, kube-proxy is only to be seen from outside. */
async function untilSettled(url: string, preview: StagePreview, { environment }: Bench): Promise<void> {
  const { config, plan } = preview;
  if (config.router === "voyager" && environment.edge) {
    const deployments = { previous: plan.tracks.previous.name, canary: plan.tracks.canary.name };
    return untilShareApplied(environment.edge, deployments, plan.effectiveCanary, APPLIED_MS);
  }
  await until(
    async () =>
      judge(await ask(url, preview, SETTLE_REQUESTS), config.release.canary, plan.effectiveCanary).fits,
    { timeoutMs: SETTLE_MS },
  );
}

/** Every share with the pods of the first stage. */
async function reach(operator: Operator, { replicasAt }: Contender) {
  const stage = await operator.project.stage(stageOf(SHARES[0]));
  const router = routerOf(stage);
  return reachOf((canary) =>
    router.plan(
      stageConfig({ ...stage, replicas: replicasAt(canary), traffic: { previous: 100 - canary, canary } }),
    ),
  );
}
