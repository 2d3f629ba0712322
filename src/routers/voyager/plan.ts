import { canaryShareByPods } from "../../application/live.ts";
import type { RouterConfig } from "../../config/stage.ts";
import { appNames, type TrackName } from "../../model/names.ts";
import type { StagePlan, TrackPlan } from "../../model/plan.ts";
import { effectiveCanaryShare, weightsFor } from "../../model/traffic.ts";
import type { Planner } from "../planner.ts";
import { SERVING, WAITING, WEIGHT_ANNOTATION } from "./weights.ts";

export const VOYAGER_API = "voyager.appscode.com/v1";

export type VoyagerConfig = RouterConfig<"voyager">;

/**
 * Weight of a canary that waits. The weight is the pod's in every backend, and HAProxy answers 503 where all weights
 * are 0: the preview entrance needs another one. The Service leaves such pods out, so it counts nowhere else.
 */
const WAITING_WEIGHT = 1;

export const voyagerPlanner: Planner<VoyagerConfig> = {
  plan: planStage,
  canaryShareNow: canaryShareByPods,
  addressPath: ({ app, namespace }) =>
    `/apis/${VOYAGER_API}/namespaces/${namespace}/ingresses/${appNames(app.name, namespace).ingress}`,
};

function planStage(config: VoyagerConfig): StagePlan {
  const { app, traffic, replicas } = config;
  const weights = weightsFor(traffic, replicas);
  const effectiveCanary = effectiveCanaryShare(replicas, weights);
  const previous = planTrack("previous", `${app.name}-previous`, config, weights.previous);
  const canary = planTrack("canary", `${app.name}-new`, config, weights.canary);
  return {
    tracks: {
      previous: { ...previous, effectiveShare: 100 - effectiveCanary },
      canary: { ...canary, effectiveShare: effectiveCanary },
    },
    intended: traffic,
    effectiveCanary,
    selector: { app: app.name },
  };
}

function planTrack(
  track: TrackName,
  name: string,
  config: VoyagerConfig,
  weight: number,
): Omit<TrackPlan, "effectiveShare"> {
  const identity = { app: config.app.name, track };
  const isWaiting = track === "canary" && weight === 0 && config.edge.previewHost !== undefined;
  return {
    name,
    version: config.release[track],
    replicas: config.replicas[track],
    identity,
    labels: { ...identity, ...(isWaiting ? WAITING : SERVING) },
    annotations: { [WEIGHT_ANNOTATION]: String(isWaiting ? WAITING_WEIGHT : weight) },
  };
}
