import { z } from "zod";
import { type MetricConfig, metricSchema } from "./gate/metric.ts";
import { type PrometheusConfig, prometheusSchema } from "./gate/prometheus.ts";

/** Each one more needs more evidence of all of them. */
const MOST_METRICS = 10;

const MINUTE = 60;

/**
 * A minute of looks to find what is slow, and one to look at it: a canary that is judged for less would always be held.
 * @param every seconds between two looks
 */
const leastForLatency = (every: number): number => 2 * Math.ceil(MINUTE / every) * every;

const tooShortForLatency = (every: number): string =>
  `must be at least ${leastForLatency(every)}s with gate.prometheus.latency, which is known no earlier`;

const UNITS = { s: 1, m: 60, h: 3600 } as const;

/** `90s`, `10m`, `1h`, in seconds. */
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?[smh]$/, "must be a duration such as 90s, 10m or 1h")
  .transform((text) => Number(text.slice(0, -1)) * UNITS[text.slice(-1) as keyof typeof UNITS]);

/** How a canary is judged while a stage is live. Without it nothing is judged. */
export const gateSchema = z
  .strictObject({
    /** Where every program of the edge has its statistics: `["http://10.0.0.7:56789/;csv"]`. */
    stats: z
      .array(z.url({ protocol: /^https?$/, error: "must be an address such as http://HOST:PORT/;csv" }))
      .min(1)
      .optional(),
    /** … or the Prometheus that has their counters. */
    prometheus: prometheusSchema.optional(),
    /** Further counters of one's own, out of Prometheus: each of them may show harm. */
    metrics: z.array(metricSchema).max(MOST_METRICS).default([]),
    /**
     * Between two looks: `5s`. With Prometheus at least as long as it waits between two scrapes. Shorter looks cut a cluster
     * of failures into several, and evidence B takes each for another one (docs/adr/0129-looks-of-five-seconds.md).
     */
    every: duration.refine((seconds) => seconds >= 5, "must be at least 5s").default(5),
    /** A stage is judged for so long at least: `1m`. */
    least: duration.default(60),
    /** … and at most: what is not known by then is held. */
    most: duration.default(600),
    /** Other times at some stages: `{ canary-25: { least: 5m, most: 30m } }`. */
    stages: z.record(z.string(), z.strictObject({ least: duration, most: duration }).partial()).default({}),
    /** What a promotion does when nothing can be said by then: it stays (`hold`), or goes on (`proceed`). */
    unknown: z.enum(["hold", "proceed"]).default("hold"),
    /** What it does with a canary that does harm: takes it out, goes back a stage, or leaves it to somebody. */
    harm: z.enum(["abort", "rollback", "hold"]).default("abort"),
    /** Whether the program itself refuses to leave a stage whose canary is not known to be fine, also for `pulumi up`. */
    required: z.boolean().default(false),
    /** The canary may fail so many times as often as the previous version … */
    ratio: z.number().min(1, "must be at least 1").max(10).default(1.25),
    /** … and so many percentage points more. */
    points: z.number().min(0).max(10).default(0.02),
    /** Percent of the soaks of healthy canaries that may be called harmful, by everything that is looked at together. */
    falseAlarms: z.number().min(0.01, "must be at least 0.01").max(10, "must be at most 10").default(1),
    /** Percent of certainty that a canary which is called fine is no worse than it may be. */
    certainty: z.number().min(80, "must be at least 80").max(99.99, "must be at most 99.99").default(95),
  })
  .refine(({ stats, prometheus }) => (stats === undefined) !== (prometheus === undefined), {
    path: ["stats"],
    message: "or prometheus has to be given, and not both",
  })
  .superRefine(({ metrics, prometheus }, { addIssue }) => {
    for (const { path, message } of metricProblems(metrics, prometheus))
      addIssue({ code: "custom", path, message });
  })
  .refine(({ least, most }) => most >= least, { path: ["most"], message: "must not be less than least" })
  .superRefine(({ stages, ...gate }, { addIssue }) => {
    const isTooShort = (most: number) =>
      gate.prometheus?.latency !== undefined && most < leastForLatency(gate.every);
    const refuse = (path: string[], message: string) => addIssue({ code: "custom", path, message });
    if (isTooShort(gate.most)) refuse(["most"], tooShortForLatency(gate.every));
    for (const [stage, own] of Object.entries(stages)) {
      const { least, most } = { ...gate, ...own };
      if (most < least) refuse(["stages", stage], "has a most that is less than its least");
      if (own.most !== undefined && isTooShort(own.most))
        refuse(["stages", stage, "most"], tooShortForLatency(gate.every));
    }
  });

function metricProblems(metrics: readonly MetricConfig[], prometheus: PrometheusConfig | undefined) {
  return metrics.flatMap(({ name, of }, at) => {
    if (!prometheus) return [{ path: ["metrics"], message: "can only be counted with gate.prometheus" }];
    if (metrics.findIndex((other) => other.name === name) < at)
      return [{ path: ["metrics", at, "name"], message: "names a metric twice" }];
    if (of === undefined && prometheus.requests === undefined) {
      const message = "has to say what it is a part of, since gate.prometheus.requests is not set";
      return [{ path: ["metrics", at, "of"], message }];
    }
    return [];
  });
}

export type GateConfig = z.infer<typeof gateSchema>;

/** How long a stage is judged, in seconds. */
export const timesAt = (
  { least, most, stages }: GateConfig,
  stage: string,
): Pick<GateConfig, "least" | "most"> => ({ least, most, ...stages[stage] });
