import type { Version } from "../contender.ts";
import { APP, podTemplate, TOTAL_PODS } from "../workload.ts";

/** Name of the Rollout, of its Service and of its AnalysisTemplate. */
export const ROLLOUT = APP.name;
export const API = "argoproj.io/v1alpha1";

/** How an analysis is asked: how often, and how long each share is kept. */
export interface Analysis {
  readonly prometheus: string;
  /** Between two measurements: `1m`. */
  readonly interval: string;
  /** How long each share is kept: `6m`. */
  readonly pause: string;
}

/**
 * A Rollout without a traffic router. Sources, all in the module argo-rollouts@v1.9.0: docs/features/canary/index.md (`maxSurge: 25%`,
 * `maxUnavailable: 0`, `minReadySeconds`; that one has 30 s, which is 2 s here as for everybody), docs/features/analysis.md
 * (background analysis, pauses between the steps).
 * @param analysis without it each share is held until somebody promotes, as `pause: {}` does
 */
export function rollout(version: Version, analysis: Analysis | undefined): object {
  const pause = analysis ? { pause: { duration: analysis.pause } } : { pause: {} };
  return {
    apiVersion: API,
    kind: "Rollout",
    spec: {
      replicas: TOTAL_PODS,
      minReadySeconds: APP.minReadySeconds,
      revisionHistoryLimit: 3,
      selector: { matchLabels: { app: APP.name } },
      template: podTemplate(version),
      strategy: {
        canary: {
          maxSurge: "25%",
          maxUnavailable: 0,
          steps: [{ setWeight: 25 }, pause, { setWeight: 75 }, pause],
          ...(analysis && {
            analysis: {
              templates: [{ templateName: ROLLOUT }],
              args: [{ name: "hash", valueFrom: { podTemplateHashValue: "Latest" } }],
            },
          }),
        },
      },
    },
  };
}

/** The steps of the Rollout above at which it stands with its pods in place: paused at 25 %, at 75 %, and through. */
export const STEP_AT = { 25: 1, 75: 3, 100: 4 } as const;

/**
 * The documented success rate: at least 95 %, `failureLimit: 3`, over the interval (docs/analysis/prometheus.md, where it is
 * 5m, and `irate`: of the last two scrapes, which are a second apart here, so that a few failures of a healthy canary would be a
 * tenth of them). The canary's pods are told apart by their template's hash in their names (docs/features/analysis.md,
 * `podTemplateHashValue`).
 */
export function analysisTemplate(
  namespace: string,
  { prometheus, interval }: Omit<Analysis, "pause">,
): object {
  const rate = (counter: string) =>
    `sum(rate(${counter}{namespace="${namespace}", pod=~"${ROLLOUT}-{{args.hash}}-.*"}[${interval}]))`;
  return {
    apiVersion: API,
    kind: "AnalysisTemplate",
    spec: {
      args: [{ name: "hash" }],
      metrics: [
        {
          name: "success-rate",
          interval,
          // Before the first interval is over there is nothing to measure.
          initialDelay: interval,
          successCondition: "result[0] >= 0.95",
          failureLimit: 3,
          provider: {
            prometheus: {
              address: prometheus,
              query: `1 - ${rate("http_failures_total")} / ${rate("http_requests_total")}`,
            },
          },
        },
      ],
    },
  };
}

/** A Service of type LoadBalancer over the pods of both versions, as kube-proxy divides between them. */
export const service: object = {
  apiVersion: "v1",
  kind: "Service",
  spec: {
    type: "LoadBalancer",
    externalTrafficPolicy: "Local",
    selector: { app: APP.name },
    ports: [{ port: 80, targetPort: "http" }],
  },
};
