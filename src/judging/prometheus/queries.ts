import type { PrometheusConfig, QueryVariable } from "../../config/gate/prometheus.ts";
import { UserError } from "../../errors.ts";
import type { TrackName } from "../../model/names.ts";
import type { StagePlan } from "../../model/plan.ts";
import type { PerTrack } from "../../model/traffic.ts";
import type { CounterQueries, DataPlane } from "../../routers/live-share.ts";

/** Whose requests are to be counted. */
export interface Counting {
  readonly plan: StagePlan;
  readonly namespace: string;
  /** As Pulumi.yaml has it. */
  readonly router: string;
  readonly dataPlane: DataPlane | undefined;
}

/**
 * What Prometheus is asked for each version: one's own queries, or those that the router has for its data plane.
 * @throws UserError where neither is there
 */
export function queriesOf(config: PrometheusConfig, counting: Counting): PerTrack<CounterQueries> {
  return {
    previous: queriesFor("previous", config, counting),
    canary: queriesFor("canary", config, counting),
  };
}

function queriesFor(
  track: TrackName,
  { requests, failures, labels }: PrometheusConfig,
  { plan, namespace, router, dataPlane }: Counting,
): CounterQueries {
  const { name: deployment, version } = plan.tracks[track];
  if (requests !== undefined && failures !== undefined) {
    const values = { namespace, deployment, version };
    return { requests: filledIn(requests, values), failures: filledIn(failures, values) };
  }
  if (dataPlane?.queries) return dataPlane.queries(deployment, matchersOf(labels));
  throw new UserError(
    `gate.prometheus has no queries, and the router ${router} has none of its own`,
    "Set gate.prometheus.requests and failures to the counters of your application.",
  );
}

/** `{{deployment}}` is `shop-new`. */
const filledIn = (query: string, values: Readonly<Record<QueryVariable, string>>): string =>
  query.replace(/\{\{\s*(namespace|deployment|version)\s*\}\}/g, (_, name: QueryVariable) => values[name]);

/** Escaped as PromQL's texts are: its documentation, "String literals". */
const matchersOf = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
