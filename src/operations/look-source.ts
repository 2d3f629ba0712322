import { applicationOf } from "../application/application.ts";
import type { PrometheusConfig } from "../config/gate/prometheus.ts";
import type { GateConfig } from "../config/gate.ts";
import type { HttpRequest } from "../http/request.ts";
import type { MeasuredSource } from "../judging/follower.ts";
import { type Prometheus, prometheusAt } from "../judging/prometheus/client.ts";
import { type Grid, gridOf } from "../judging/prometheus/grid.ts";
import { type Counting, queriesOf } from "../judging/prometheus/queries.ts";
import { OWN_QUERIES, READY_QUERIES } from "../judging/prometheus/readings.ts";
import { prometheusSource } from "../judging/prometheus/source.ts";
import type { PodsNow, WatchedPods } from "../judging/restarts.ts";
import { dataPlaneSource, type LookSource } from "../judging/source.ts";
import { isSoakOf } from "../model/ongoing-soak.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";
import { readNamedFile, readOutsideSecret } from "../project/outside-secret.ts";
import type { LiveStage } from "../verification/options.ts";
import { measuresOf } from "./measures.ts";
import type { Observer } from "./observer.ts";
import type { Operator } from "./operator.ts";
import { ofOwnPods } from "./own-pods.ts";

/** What a soak looks at. */
export interface Watched {
  readonly source: LookSource;
  readonly pods: WatchedPods;
  readonly measures: readonly MeasuredSource[];
}

export interface WatchOptions {
  readonly gate: GateConfig;
  readonly readPods: () => Promise<PodsNow>;
  readonly observer: Pick<Observer, "say">;
}

/** @throws UserError for a stage whose requests nobody counts as `gate` says */
export function requireSource(evaluated: EvaluatedStage, gate: GateConfig): void {
  if (gate.prometheus) queriesOf(gate.prometheus, countingOf(evaluated));
  else statisticsOf(evaluated, gate);
}

/**
 * Where the requests of the live stage are counted. Out of Prometheus a soak goes on where another command was when it
 * ended.
 * @throws UserError as `requireSource` does, and where the pods cannot be read
 */
export async function watch(
  operator: Pick<Operator, "project" | "cluster">,
  stage: LiveStage,
  options: WatchOptions,
): Promise<Watched> {
  const { gate, readPods } = options;
  const { namespace } = stage.config;
  if (!gate.prometheus) {
    const counters = statisticsOf(stage, gate);
    const isOurs = stage.router.live.dataPlane?.tellsNamespaces === true;
    const source = isOurs ? counters : ofOwnPods(counters, { readPods, namespace, path: "gate.stats" });
    return { source, pods: { first: await readPods(), read: readPods }, measures: [] };
  }
  const counting = countingOf(stage);
  const queries = queriesOf(gate.prometheus, counting);
  const prometheus = prometheusOf(gate.prometheus, operator.project.directory);
  const { grid, first } = await gridOfSoak(operator, stage, prometheus, options);
  const pods = { first, read: readPods };
  const measures = measuresOf(gate, counting, prometheus, grid);
  if (gate.prometheus.requests !== undefined)
    return { source: prometheusSource(prometheus, grid, queries, OWN_QUERIES), pods, measures };
  const source = prometheusSource(prometheus, grid, queries, READY_QUERIES);
  return { source: ofOwnPods(source, { readPods, namespace, path: "gate.prometheus" }), pods, measures };
}

/** The times of the stage's soak, and the pods at its beginning: of the one that goes on, or of a new one. */
async function gridOfSoak(
  operator: Pick<Operator, "project" | "cluster">,
  stage: LiveStage,
  prometheus: Prometheus,
  { gate, readPods, observer }: WatchOptions,
): Promise<{ readonly grid: Grid; readonly first: PodsNow }> {
  const application = await applicationOf(operator);
  const found = await application?.soak();
  const clock = prometheus.url;
  const soak = found && isSoakOf(found, stage, clock) ? found : undefined;
  const first = soak?.pods ?? (await readPods());
  const onBegin = async (began: number) => {
    const { release } = stage;
    const begun = { stage: stage.stage, release, clock, began, pods: copyOf(first) };
    await application?.writeSoak(begun).catch((error: Error) => {
      observer.say(
        `the soak's beginning could not be written to the history: ${error.message}; a command that follows a killed one begins anew`,
      );
    });
  };
  return { grid: gridOf(prometheus, { lookSeconds: gate.every, began: soak?.began, onBegin }), first };
}

const countingOf = ({ config, plan, router }: EvaluatedStage): Counting => ({
  plan,
  namespace: config.namespace,
  router: config.router,
  dataPlane: router.live.dataPlane,
});

const statisticsOf = ({ config, plan, router }: EvaluatedStage, { stats = [] }: GateConfig): LookSource =>
  dataPlaneSource(router.live.dataPlane, {
    stage: { namespace: config.namespace, plan },
    urls: stats,
    router: config.router,
  });

const copyOf = ({ previous, canary }: PodsNow) => {
  const plain = (pods: PodsNow["canary"]) => pods.map(({ name, restarts }) => ({ name, restarts }));
  return { previous: plain(previous), canary: plain(canary) };
};

function prometheusOf({ url, token, ca }: PrometheusConfig, directory: string): Prometheus {
  return prometheusAt(url, async (): Promise<Pick<HttpRequest, "headers" | "connection">> => {
    const [bearer, authority] = await Promise.all([
      token && readOutsideSecret(token, "gate.prometheus.token", directory),
      ca && readNamedFile(ca, "gate.prometheus.ca", directory),
    ]);
    return {
      ...(bearer && { headers: { Authorization: `Bearer ${bearer}` } }),
      ...(authority && { connection: { ca: authority } }),
    };
  });
}
