import type { KubernetesApi } from "../cluster/api.ts";
import type { PlannedDeployment } from "../model/conformance.ts";
import { imageReference, type TrackName } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { podProblem, type ReplicaSet, servingShare } from "../model/pods.ts";
import type { ReleaseRecord } from "../model/record.ts";
import { type Rollout, rolloutOf } from "../model/rollout.ts";
import type { PerTrack } from "../model/traffic.ts";
import { deploymentPath, readPods } from "./live.ts";

/** A track as it runs now. */
export interface LiveTrack {
  readonly deployment: string;
  /** Undefined when the Deployment is not there. */
  readonly found: PlannedDeployment | undefined;
  readonly rollout: Rollout;
  readonly replicas: number;
  readonly replicaSets: readonly ReplicaSet[];
}

/** Reads both Deployments with their ReplicaSets and pods. */
export async function readTracks(
  api: KubernetesApi,
  namespace: string,
  { tracks, selector }: StagePlan,
): Promise<PerTrack<LiveTrack>> {
  const [previous, canary, podsOf] = await Promise.all([
    api.get<PlannedDeployment>(deploymentPath(namespace, tracks.previous.name)),
    api.get<PlannedDeployment>(deploymentPath(namespace, tracks.canary.name)),
    readPods(api, namespace, selector),
  ]);
  const trackOf = (track: TrackName, found: PlannedDeployment | undefined): LiveTrack => ({
    deployment: tracks[track].name,
    found,
    rollout: found ? rolloutOf(found) : { state: "progressing", reason: "it is not there" },
    replicas: found ? (found.spec.replicas ?? 1) : 0,
    replicaSets: podsOf(tracks[track].name),
  });
  return { previous: trackOf("previous", previous), canary: trackOf("canary", canary) };
}

/** Percent of the traffic that the pods that serve now give the canary version; undefined when none serves. */
export function effectiveNow(
  { previous, canary }: PerTrack<LiveTrack>,
  { release, intended }: Pick<ReleaseRecord, "release" | "intended">,
  repository: string,
): number | undefined {
  const share = servingShare(
    [...previous.replicaSets, ...canary.replicaSets],
    imageReference(repository, release.canary),
  );
  // A canary that only waits is ready, but no Service leads to it.
  return share !== undefined && intended.canary === 0 ? 0 : share;
}

/** What keeps a track from being as it should be, a line each. */
export function trackProblems({ deployment, found, rollout, replicaSets }: LiveTrack): string[] {
  if (!found) return [`Deployment ${deployment} does not exist`];
  const pods = replicaSets.flatMap((set) => set.pods);
  return [
    ...(rollout.state === "complete" ? [] : [`Deployment ${deployment}: ${rollout.reason}`]),
    ...pods.map(podProblem).filter((problem) => problem !== undefined),
    ...pods
      .filter(({ restarts }) => restarts > 0)
      .map(({ name, restarts }) => `Pod ${name}: restarted ${restarts === 1 ? "once" : `${restarts} times`}`),
  ];
}
