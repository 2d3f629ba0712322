import { UserError } from "../../errors.ts";
import { TRACKS, type TrackName } from "../../model/names.ts";
import type { RoutedTrack, StagePlan } from "../../model/plan.ts";
import { requireFit } from "./gke/fit.ts";
import type { GatewayConfig } from "./schema.ts";

/** Labels that all pods of an application carry. */
export const applicationSelector = (app: string) => ({ app });

/** Names of the Deployments: those that Voyager's have, so that an application can change its router. */
export const deploymentNames = (app: string) => ({ previous: `${app}-previous`, canary: `${app}-new` });

/**
 * The shares are the weights of the route, so every share is exact with any number of pods.
 * @throws UserError when a track is to have traffic and no pods; for an application that does not fit to Google's load balancers
 */
export function planStage(config: GatewayConfig): StagePlan<RoutedTrack> {
  const { app, traffic, replicas } = config;
  requireFit(config);
  for (const track of TRACKS) {
    if (traffic[track] === 0 || replicas[track] !== 0) continue;
    throw new UserError(
      `traffic.${track} is ${traffic[track]} % but replicas.${track} is 0`,
      `Set replicas.${track} to at least 1, or traffic.${track} to 0.`,
    );
  }
  return {
    tracks: { previous: planTrack("previous", config), canary: planTrack("canary", config) },
    intended: traffic,
    effectiveCanary: traffic.canary,
    selector: applicationSelector(app.name),
  };
}

/** Nothing of a pod says what its share is: that can change, and no pod is made anew. */
function planTrack(track: TrackName, { app, release, traffic, replicas }: GatewayConfig): RoutedTrack {
  const pods = replicas[track];
  const identity = { ...applicationSelector(app.name), track };
  return {
    name: deploymentNames(app.name)[track],
    version: release[track],
    ...(typeof pods === "number" ? { replicas: pods } : { replicas: pods.min, autoscaling: pods }),
    identity,
    labels: identity,
    annotations: {},
    effectiveShare: traffic[track],
  };
}
