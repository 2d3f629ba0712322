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
export function queriesOf(
  { requests, failures, labels }: PrometheusConfig,
  counting: Counting,
): PerTrack<CounterQueries> {
  if (requests !== undefined && failures !== undefined) return countersOf({ requests, failures }, counting);
  const { plan, router, dataPlane } = counting;
  const { queries } = dataPlane ?? {};
  if (queries) {
    const of = (track: TrackName) => queries(plan.tracks[track].name, matchersOf(labels));
    return { previous: of("previous"), canary: of("canary") };
  }
  throw new UserError(
    `gate.prometheus has no queries, and the router ${router} has none of its own`,
    "Set gate.prometheus.requests and failures to the counters of your application.",
  );
}

/** Both queries of each version, filled in. */
export function countersOf(
  { requests, failures }: CounterQueries,
  counting: Pick<Counting, "plan" | "namespace">,
): PerTrack<CounterQueries> {
  const [all, failed] = [bothFilledIn(requests, counting), bothFilledIn(failures, counting)];
  return {
    previous: { requests: all.previous, failures: failed.previous },
    canary: { requests: all.canary, failures: failed.canary },
  };
}

/** A query of each version: `{{deployment}}` is `shop-new` for the canary. */
export function bothFilledIn(
  query: string,
  { plan, namespace }: Pick<Counting, "plan" | "namespace">,
): PerTrack<string> {
  const of = (track: TrackName) => {
    const { name: deployment, version } = plan.tracks[track];
    return filledIn(query, { namespace, deployment, version });
  };
  return { previous: of("previous"), canary: of("canary") };
}

const filledIn = (query: string, values: Readonly<Record<QueryVariable, string>>): string =>
  query.replace(/\{\{\s*(namespace|deployment|version)\s*\}\}/g, (_, name: QueryVariable) => values[name]);

/** Escaped as PromQL's texts are: its documentation, "String literals". */
const matchersOf = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
