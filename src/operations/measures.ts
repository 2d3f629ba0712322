import type { GateConfig } from "../config/gate.ts";
import { DEFAULTS, type ErrorParameters, SLOW_REQUESTS, withFalseAlarms } from "../gate/parameters.ts";
import type { MeasuredSource } from "../judging/follower.ts";
import type { Prometheus } from "../judging/prometheus/client.ts";
import type { Grid } from "../judging/prometheus/grid.ts";
import { bothFilledIn, type Counting, countersOf } from "../judging/prometheus/queries.ts";
import { countersSource, latencySource } from "../judging/prometheus/source.ts";

/** Slow requests are looked at for so long before a canary is called fine. */
const LEAST_LATENCY_SECONDS = 60;

/** What a soak looks at in Prometheus besides requests that fail: slow ones, and metrics of one's own. */
export function measuresOf(
  { prometheus: config, metrics, ratio, points, falseAlarms, every }: GateConfig,
  counting: Counting,
  prometheus: Prometheus,
  grid: Grid,
): MeasuredSource[] {
  const slow: MeasuredSource[] =
    config?.latency === undefined
      ? []
      : [
          {
            measure: {
              name: "slow requests",
              worse: "more",
              parameters: withFalseAlarms(SLOW_REQUESTS, falseAlarms / 100),
            },
            source: latencySource(prometheus, grid, bothFilledIn(config.latency, counting)),
            leastLooks: Math.ceil(LEAST_LATENCY_SECONDS / every),
          },
        ];
  const each = parametersOfEach(metrics.length, { ratio, points: points / 100 });
  const parameters = withFalseAlarms(each, falseAlarms / 100);
  const own = metrics.map(({ name, count, of = config?.requests ?? "", worse }, at): MeasuredSource => {
    const paths = {
      requests: `gate.metrics[${at}].of`,
      failures: `gate.metrics[${at}].count`,
      isBounded: true,
    };
    const queries = countersOf({ requests: of, failures: count }, counting);
    return {
      measure: { name, worse, parameters },
      source: countersSource(prometheus, grid, queries, paths),
      leastLooks: 1,
    };
  });
  return [...slow, ...own];
}

/** Metrics of one's own have 0.5 % of false alarms in a soak among them, beside the 1 % of everything else. */
function parametersOfEach(
  count: number,
  margins: Pick<ErrorParameters, "ratio" | "points">,
): ErrorParameters {
  const { alarmA, alarmB } = DEFAULTS;
  return { ...DEFAULTS, ...margins, alarmA: alarmA * count, alarmB: alarmB * count };
}
