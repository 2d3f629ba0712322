import { canaryShareByPods } from "../../application/live.ts";
import type { RouterConfig } from "../../config/stage.ts";
import type { StagePlan, TrackPlan } from "../../model/plan.ts";
import type { PerTrack } from "../../model/traffic.ts";
import type { Planner } from "../planner.ts";
import { SERVING, WAITING } from "../voyager/weights.ts";
import { countsFor, shareOfCounts } from "./counts.ts";

export type ReplicasConfig = RouterConfig<"replicas">;

/** Pods of a canary that waits: its share would give it none. */
const WAITING_PODS = 1;

export const replicasPlanner: Planner<ReplicasConfig> = {
  plan: planStage,
  canaryShareNow: canaryShareByPods,
  addressPath: ({ app, namespace }) => `/api/v1/namespaces/${namespace}/services/${app.name}`,
};

/** The canary runs, but takes no traffic: only the preview entrance shows it. */
const isWaiting = ({ traffic, edge }: ReplicasConfig): boolean =>
  traffic.canary === 0 && edge.previewService !== undefined;

function planStage(config: ReplicasConfig): StagePlan {
  const { app, traffic } = config;
  const effectiveCanary = shareOfCounts(countsFor(traffic, config.replicas.total));
  const selector = { id: app.name };
  const main = { ...selector, type: "main" };
  const canary = { ...selector, type: "canary" };
  const contents = contentsOf(config);
  return {
    tracks: {
      previous: {
        name: app.name,
        identity: main,
        labels: { ...main, ...SERVING },
        annotations: {},
        ...contents.previous,
      },
      canary: {
        name: `${app.name}-canary`,
        identity: canary,
        labels: { ...canary, ...(isWaiting(config) ? WAITING : SERVING) },
        annotations: {},
        ...contents.canary,
      },
    },
    intended: traffic,
    effectiveCanary,
    selector,
  };
}

/**
 * The main Deployment has the previous version until the canary is to have everything: then it takes the new version
 * with all its pods, and the canary Deployment is empty again.
 */
function contentsOf(
  config: ReplicasConfig,
): PerTrack<Pick<TrackPlan, "version" | "replicas" | "effectiveShare">> {
  const { release, traffic, replicas } = config;
  if (traffic.canary === 100) {
    return {
      previous: { version: release.canary, replicas: replicas.total, effectiveShare: 100 },
      canary: { version: release.canary, replicas: 0, effectiveShare: 0 },
    };
  }
  const { previous, canary } = countsFor(traffic, replicas.total);
  const share = shareOfCounts({ previous, canary });
  return {
    previous: { version: release.previous, replicas: previous, effectiveShare: 100 - share },
    canary: {
      version: release.canary,
      replicas: isWaiting(config) ? WAITING_PODS : canary,
      effectiveShare: share,
    },
  };
}
