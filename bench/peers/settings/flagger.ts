import type { Version } from "../contender.ts";
import { APP, PODS, podTemplate } from "../workload.ts";
import { GATEWAY, hostOf } from "../world.ts";

/** Name of the Canary and of its Deployment. */
export const CANARY = APP.name;
export const API = "flagger.app/v1beta1";

/**
 * The Deployment that Flagger copies. Source, in the module flagger@v1.41.0: docs/gitbook/tutorials/zero-downtime-deployments.md
 * (`maxUnavailable: 0`, `progressDeadlineSeconds: 120`, readiness, preStop, resources).
 * @param first whether it is being brought up: from then on the number of its pods is Flagger's
 */
export function deployment(version: Version, first: boolean): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { labels: { app: APP.name } },
    spec: {
      ...(first && { replicas: PODS }),
      minReadySeconds: APP.minReadySeconds,
      progressDeadlineSeconds: 120,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } },
      selector: { matchLabels: { app: APP.name } },
      template: podTemplate(version),
    },
  };
}

/** How a release is analysed. */
export interface Analysis {
  /** Between two checks: `1m`; 10 s is the least that Flagger takes (pkg/apis/flagger/v1beta1/canary.go, GetAnalysisInterval). */
  readonly interval: string;
  /** Address of the gates that hold each share and take the canary out; without it nobody does but the metrics. */
  readonly gates?: string;
}

/**
 * A Canary for the Gateway API. Sources: docs/gitbook/tutorials/gatewayapi-progressive-delivery.md (metrics by templates, threshold 5,
 * `progressDeadlineSeconds: 60`), docs/gitbook/usage/how-it-works.md (`stepWeights`), docs/gitbook/usage/webhooks.md (gates).
 */
export function canary({ interval, gates }: Analysis): object {
  const metric = (name: string, thresholdRange: object) => ({
    name,
    templateRef: { name },
    thresholdRange,
    interval,
  });
  return {
    apiVersion: API,
    kind: "Canary",
    spec: {
      targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: CANARY },
      progressDeadlineSeconds: 60,
      service: { port: 80, targetPort: "http", hosts: [hostOf("flagger")], gatewayRefs: [GATEWAY] },
      analysis: {
        interval,
        threshold: 5,
        stepWeights: [25, 75, 100],
        metrics: [metric(SUCCESS_RATE, { min: 99 }), metric(DURATION, { max: 500 })],
        ...(gates !== undefined && {
          webhooks: [
            { name: "increase", type: "confirm-traffic-increase", url: `${gates}/increase` },
            { name: "rollback", type: "rollback", url: `${gates}/rollback` },
          ],
        }),
      },
    },
  };
}

export const SUCCESS_RATE = "success-rate";
/** A name of a built-in metric would be asked of the built-in one, template or not (pkg/controller/scheduler_metrics.go). */
export const DURATION = "latency";

const CLUSTER = 'envoy_cluster_name=~"{{ namespace }}_{{ service }}-canary_[0-9a-zA-Z-]+"';

/**
 * What Flagger's built-in metrics ask Envoy behind Contour (pkg/metrics/observers/contour.go): its provider of the Gateway API has
 * no built-in ones for it, and the tutorial has templates.
 * @returns by their names
 */
export function metricTemplates(prometheus: string): Readonly<Record<string, object>> {
  const requests = (codes: string) =>
    `sum(rate(envoy_cluster_upstream_rq{${CLUSTER}${codes}}[{{ interval }}]))`;
  const template = (query: string) => ({
    apiVersion: API,
    kind: "MetricTemplate",
    spec: { provider: { type: "prometheus", address: prometheus }, query },
  });
  return {
    [SUCCESS_RATE]: template(`${requests(', envoy_response_code!~"5.*"')} / ${requests("")} * 100`),
    [DURATION]: template(
      `histogram_quantile(0.99, sum(rate(envoy_cluster_upstream_rq_time_bucket{${CLUSTER}}[{{ interval }}])) by (le))`,
    ),
  };
}
