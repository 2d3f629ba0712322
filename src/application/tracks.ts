import type { KubernetesApi } from "../cluster/api.ts";
import { autoscalerPath, deploymentPath, readPods } from "../cluster/objects.ts";
import type { Autoscaler } from "../model/autoscaling.ts";
import { type Deployment, wantedReplicas } from "../model/deployment.ts";
import type { TrackName } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import type { ReplicaSet, WeightOf } from "../model/pods.ts";
import { type Rollout, rolloutOf } from "../model/rollout.ts";
import type { PerTrack } from "../model/traffic.ts";

/** A track as it runs now. */
export interface LiveTrack {
  readonly deployment: string;
  /** Undefined when the Deployment is not there. */
  readonly found: Deployment | undefined;
  /** Undefined when it is not there, and where the plan has none for this track. */
  readonly autoscaler?: Autoscaler | undefined;
  readonly rollout: Rollout;
  readonly replicas: number;
  readonly replicaSets: readonly ReplicaSet[];
}

/** Reads both Deployments with their ReplicaSets and pods, each pod with what it draws of the traffic. */
export async function readTracks(
  api: KubernetesApi,
  namespace: string,
  { tracks, selector }: StagePlan,
  weightOf: WeightOf,
): Promise<PerTrack<LiveTrack>> {
  const read = async (track: TrackName) => {
    const { name, autoscaling } = tracks[track];
    const [found, autoscaler] = await Promise.all([
      api.get<Deployment>(deploymentPath(namespace, name)),
      autoscaling && api.get<Autoscaler>(autoscalerPath(namespace, name)),
    ]);
    return { found, autoscaler };
  };
  const [previous, canary, podsOf] = await Promise.all([
    read("previous"),
    read("canary"),
    readPods(api, namespace, selector, weightOf),
  ]);
  const trackOf = (track: TrackName, { found, autoscaler }: typeof previous): LiveTrack => ({
    deployment: tracks[track].name,
    found,
    autoscaler,
    rollout: found ? rolloutOf(found) : { state: "progressing", reason: "it is not there" },
    replicas: found ? wantedReplicas(found) : 0,
    replicaSets: podsOf(tracks[track].name),
  });
  return { previous: trackOf("previous", previous), canary: trackOf("canary", canary) };
}
