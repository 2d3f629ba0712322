import type { RoutedTrack, StagePlan } from "../../model/plan.ts";
import type { PerTrack } from "../../model/traffic.ts";
import { SERVING, WAITING } from "../waiting.ts";
import { countsFor, shareOfCounts } from "./counts.ts";
import type { ReplicasConfig } from "./schema.ts";

/** Pods of a canary that waits: its share would give it none. */
const WAITING_PODS = 1;

/** The canary runs, but takes no traffic: only the preview entrance shows it. */
const isWaiting = ({ traffic, edge }: ReplicasConfig): boolean =>
  traffic.canary === 0 && edge.previewService !== undefined;

/** Labels that all pods of an application carry. */
export const applicationSelector = (app: string) => ({ id: app });

/** The Deployments of the tracks: the main one is named as the application. */
export const trackNames = (app: string) => ({ previous: app, canary: `${app}-canary` });

/**
 * Counts of pods that give the shares.
 * @throws UserError when no division of the total comes near enough
 */
export function planStage(config: ReplicasConfig): StagePlan<RoutedTrack> {
  const { app, traffic } = config;
  const effectiveCanary = shareOfCounts(countsFor(traffic, config.replicas.total));
  const selector = applicationSelector(app.name);
  const main = { ...selector, type: "main" };
  const canary = { ...selector, type: "canary" };
  const contents = contentsOf(config);
  const names = trackNames(app.name);
  return {
    tracks: {
      previous: {
        name: names.previous,
        identity: main,
        labels: { ...main, ...SERVING },
        annotations: {},
        ...contents.previous,
      },
      canary: {
        name: names.canary,
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
): PerTrack<Pick<RoutedTrack, "version" | "replicas" | "effectiveShare">> {
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
