import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { TrackPlan } from "../model/plan.ts";
import { applicationMetadata } from "./metadata.ts";

/**
 * How fast pods go, percent of them a minute. Metrics are up to a minute old: a track that has just got its share, and the pods
 * for it, looks idle for so long, and would lose most of them at once by Kubernetes' own rule.
 */
const FEWER_PERCENT_A_MINUTE = 10;

/** What keeps a track between two numbers of pods; undefined where their number is fixed. */
export function autoscalerDocument({
  plan,
  namespace,
}: {
  readonly plan: TrackPlan;
  readonly namespace: pulumi.Input<string>;
}): k8s.autoscaling.v2.HorizontalPodAutoscalerArgs | undefined {
  const { autoscaling, identity, name } = plan;
  if (!autoscaling) return undefined;
  const { min, max, cpu } = autoscaling;
  const slowly = { type: "Percent", value: FEWER_PERCENT_A_MINUTE, periodSeconds: 60 };
  return {
    metadata: applicationMetadata(name, namespace, { labels: identity }),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpu } },
        },
      ],
      behavior: { scaleDown: { policies: [slowly] } },
    },
  };
}
