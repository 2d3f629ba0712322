import { applicationOf } from "../application/application.ts";
import type { PrometheusConfig } from "../config/gate/prometheus.ts";
import type { GateConfig } from "../config/gate.ts";
import { UserError } from "../errors.ts";
import type { Reading } from "../gate/counters.ts";
import type { HttpRequest } from "../http/request.ts";
import { type Prometheus, prometheusAt } from "../judging/prometheus/client.ts";
import { queriesOf } from "../judging/prometheus/queries.ts";
import { prometheusSource } from "../judging/prometheus/source.ts";
import type { PodsNow, WatchedPods } from "../judging/restarts.ts";
import { dataPlaneSource, type LookSource } from "../judging/source.ts";
import { isSoakOf } from "../model/ongoing-soak.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";
import { readNamedFile, readOutsideSecret } from "../project/outside-secret.ts";
import type { LiveStage } from "../verification/options.ts";
import type { Observer } from "./observer.ts";
import type { Operator } from "./operator.ts";

/** What a soak looks at. */
export interface Watched {
  readonly source: LookSource;
  readonly pods: WatchedPods;
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
  { gate, readPods, observer }: WatchOptions,
): Promise<Watched> {
  const { prometheus } = gate;
  if (!prometheus) {
    const counters = statisticsOf(stage, gate);
    const isOurs = stage.router.live.dataPlane?.tellsNamespaces === true;
    const source = isOurs ? counters : ofOwnPods(counters, readPods, stage, "gate.stats");
    return { source, pods: { first: await readPods(), read: readPods } };
  }
  const queries = queriesOf(prometheus, countingOf(stage));
  const application = await applicationOf(operator);
  const found = await application?.soak();
  const { release } = stage;
  const soak = found && isSoakOf(found, stage, prometheus.url) ? found : undefined;
  const first = soak?.pods ?? (await readPods());
  const source = prometheusSource(prometheusOf(prometheus, operator.project.directory), {
    queries,
    lookSeconds: gate.every,
    began: soak?.began,
    onBegin: async (began) => {
      const begun = { stage: stage.stage, release, clock: prometheus.url, began, pods: copyOf(first) };
      await application?.writeSoak(begun).catch((error: Error) => {
        observer.say(
          `the soak's beginning could not be written to the history: ${error.message}; a command that follows a killed one begins anew`,
        );
      });
    },
  });
  const ours = prometheus.requests ? source : ofOwnPods(source, readPods, stage, "gate.prometheus");
  return { source: ours, pods: { first, read: readPods } };
}

const countingOf = ({ config, plan, router }: EvaluatedStage) => ({
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

/**
 * The same source, with the counters of those programs alone that count a pod of this application: another namespace's
 * Deployments may have the same names.
 */
const ofOwnPods = (
  source: LookSource,
  readPods: () => Promise<PodsNow>,
  { config }: EvaluatedStage,
  where: string,
): LookSource => ({
  name: source.name,
  read: async () => {
    const [counted, { previous, canary }] = await Promise.all([source.read(), readPods()]);
    const names = [...previous, ...canary].map(({ name }) => ` ${name}`);
    const servers = new Set(counted.flatMap(({ reading }) => Object.keys(reading)));
    const own = new Set(
      [...servers].filter((server) => names.some((name) => server.endsWith(name))).map(countedBy),
    );
    if (servers.size > 0 && own.size === 0) throw foreign(where, source.name, config.namespace);
    const ours = (reading: Reading): Reading =>
      Object.fromEntries(Object.entries(reading).filter(([server]) => own.has(countedBy(server))));
    return counted.map(({ seconds, reading }) => ({ seconds, reading: ours(reading) }));
  },
});

/** Who counts a server: its name begins with that, `http://10.0.0.7:56789/;csv shop-service pod-shop-new-6f7d9-x2k4p`. */
const countedBy = (server: string): string => server.split(" ")[0] ?? "";

const foreign = (where: string, name: string, namespace: string): UserError =>
  new UserError(
    `${where}, ${name}, counts no pod of namespace ${namespace}`,
    where === "gate.stats"
      ? `Name the statistics of the ${name} that serves this application's entrance.`
      : "Set gate.prometheus.labels to labels that only this application's edge has.",
  );
