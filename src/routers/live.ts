import { applicationIn } from "../application/application.ts";
import type { Live } from "../application/live.ts";
import type { LiveTrack } from "../application/tracks.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import type { Config } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import type { StagePlan } from "../model/plan.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { LiveTraffic } from "./live-share.ts";
import type { Router } from "./router.ts";

/** A stage, evaluated by its router. */
export interface RoutedStage {
  readonly config: Config;
  readonly plan: StagePlan;
  readonly router: Router;
}

/** The tracks as they run now, and what the router's own objects say about their traffic. */
export interface LiveRouting {
  readonly tracks: PerTrack<LiveTrack>;
  readonly traffic: LiveTraffic;
}

/** Reads both tracks with their pods, and the router's own objects. */
export async function readRouted(
  api: KubernetesApi,
  { config, plan, router }: RoutedStage,
): Promise<LiveRouting> {
  const [tracks, traffic] = await Promise.all([
    applicationIn(api, config).tracks(plan, router.live.podWeight),
    router.readTraffic(api, config),
  ]);
  return { tracks, traffic };
}

/**
 * Percent of the traffic that the canary's Deployment is asked to get now: by the router's own objects where they say so,
 * else by what is live. Undefined when nothing takes any.
 */
export async function canaryShareNow(
  api: KubernetesApi,
  { config, router }: Pick<RoutedStage, "config" | "router">,
  live: Live,
): Promise<number | undefined> {
  const { canaryShare } = await router.readTraffic(api, config);
  return canaryShare ?? router.live.canaryShareNow(live);
}

/**
 * Percent of the traffic that the canary version is given now, by the pods that serve; undefined when nothing takes
 * traffic.
 */
export function servedShare(
  { tracks, traffic }: LiveRouting,
  { release, intended }: Pick<ReleaseRecord, "release" | "intended">,
): number | undefined {
  return traffic.servedShare(tracks, { release, intended });
}

/**
 * Percent of the traffic that the program behind the edge gives the canary's pods at this moment; undefined when it
 * gives none to either track, and where nobody says where its statistics are.
 * @param url where its statistics are, as somebody asks for them; without it where the configuration says, if they can be
 * read there
 * @throws UserError when they are asked for and cannot be read, or when the router has no such program
 */
export async function appliedShare(
  { config, plan, router }: RoutedStage,
  url?: string,
): Promise<number | undefined> {
  const { dataPlane } = router.live;
  const stage = { namespace: config.namespace, plan };
  if (url !== undefined) {
    if (dataPlane) return dataPlane.appliedShare(url, stage);
    throw new UserError(
      `the router ${config.router} has no statistics of its own, so there is nothing to read at ${url}`,
      "Leave --stats out.",
    );
  }
  const configured = router.statisticsUrl?.(config);
  if (!dataPlane || configured === undefined) return undefined;
  return dataPlane.appliedShare(configured, stage).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  });
}
