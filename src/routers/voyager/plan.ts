import type { TrackName } from "../../model/names.ts";
import type { RoutedTrack, StagePlan } from "../../model/plan.ts";
import { SERVING, WAITING } from "../waiting.ts";
import type { VoyagerConfig } from "./schema.ts";
import { effectiveCanaryShare, weightsFor } from "./shares-to-weights.ts";
import { WEIGHT_ANNOTATION } from "./weights.ts";

/**
 * Weight of the pods of a canary without traffic, where a preview entrance shows it. A pod has one weight for every
 * backend, and the preview's backend has no other pods: with weight 0 it would answer 503. The main Service leaves these
 * pods out, so that the weight takes no traffic there.
 */
const WAITING_WEIGHT = 1;

/** Labels that all pods of an application carry. */
export const applicationSelector = (app: string) => ({ app });

/** The Deployments of the tracks: httpd-previous and httpd-new in the walkthrough. */
export const trackNames = (app: string) => ({ previous: `${app}-previous`, canary: `${app}-new` });

/**
 * Weights that give the shares with the pods that there are.
 * @throws UserError when no whole weights come near enough
 */
export function planStage(config: VoyagerConfig): StagePlan<RoutedTrack> {
  const { app, traffic, replicas } = config;
  const weights = weightsFor(traffic, replicas);
  const effectiveCanary = effectiveCanaryShare(replicas, weights);
  const names = trackNames(app.name);
  const previous = planTrack("previous", names.previous, config, weights.previous);
  const canary = planTrack("canary", names.canary, config, weights.canary);
  return {
    tracks: {
      previous: { ...previous, effectiveShare: 100 - effectiveCanary },
      canary: { ...canary, effectiveShare: effectiveCanary },
    },
    intended: traffic,
    effectiveCanary,
    selector: applicationSelector(app.name),
  };
}

function planTrack(
  track: TrackName,
  name: string,
  config: VoyagerConfig,
  weight: number,
): Omit<RoutedTrack, "effectiveShare"> {
  const identity = { ...applicationSelector(config.app.name), track };
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
