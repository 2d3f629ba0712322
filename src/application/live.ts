import type { KubernetesApi, RequiredApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";
import { type AppNames, TRACKS, type TrackName } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { type PodLike, podTree, type ReplicaSet, type ReplicaSetLike } from "../model/pods.ts";
import { fromData, type ReleaseRecord } from "../model/record.ts";
import type { DeploymentLike } from "../model/rollout.ts";
import type { PerTrack } from "../model/traffic.ts";
import { type PodMarks, podWeight } from "../routers/voyager/weights.ts";

/** A Deployment as the API server gives it, as far as we look at it. */
export interface LiveDeployment extends DeploymentLike {
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly metadata?: PodMarks };
  };
}

/** What runs in the namespace now. */
export interface Live {
  /** Undefined when nothing was released there yet. */
  readonly record: ReleaseRecord | undefined;
  readonly deployments: PerTrack<LiveDeployment | undefined>;
}

/** A cluster to which nothing was released yet, or that is yet to be made. */
export const NOTHING_LIVE: Live = {
  record: undefined,
  deployments: { previous: undefined, canary: undefined },
};

export const deploymentPath = (namespace: string, name: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;

export const configMapPath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${namespace}/configmaps/${name}`;

/**
 * Reads the release record and both Deployments.
 * @throws UserError when the cluster cannot be reached or the record cannot be understood
 */
export async function readLive(
  api: KubernetesApi,
  namespace: string,
  names: AppNames,
  plan: StagePlan,
): Promise<Live> {
  const [record, previous, canary] = await Promise.all([
    readRecord(api, namespace, names.record),
    api.get<LiveDeployment>(deploymentPath(namespace, plan.tracks.previous.name)),
    api.get<LiveDeployment>(deploymentPath(namespace, plan.tracks.canary.name)),
  ]);
  return { record, deployments: { previous, canary } };
}

/** Reads the pods that carry labels. @returns the ReplicaSets of a Deployment that have such pods, newest first */
export async function readPods(
  api: KubernetesApi,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<(deployment: string) => ReplicaSet[]> {
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const query = `?labelSelector=${encodeURIComponent(selector.join(","))}`;
  const [replicaSets, pods] = await Promise.all([
    api.list<ReplicaSetLike>(`/apis/apps/v1/namespaces/${namespace}/replicasets${query}`),
    api.list<PodLike>(`/api/v1/namespaces/${namespace}/pods${query}`),
  ]);
  return (deployment) => podTree(deployment, replicaSets, pods, api.time());
}

/** @throws UserError when the record cannot be understood */
export async function readRecord(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<ReleaseRecord | undefined> {
  const configMap = await api.get<{ data?: unknown }>(configMapPath(namespace, name));
  if (!configMap) return undefined;
  const record = fromData(configMap.data);
  if (record) return record;
  throw new UserError(
    `ConfigMap ${namespace}/${name}, the release record, cannot be understood: ${JSON.stringify(configMap.data)}`,
    "Delete it and apply the stage that is live with lifecycleOverride set, which writes it anew.",
  );
}

/**
 * @param api undefined for a cluster that is yet to be made, which serves nothing but Kubernetes' own
 * @throws UserError when the cluster does not serve an API that the router needs
 */
export async function requireApis(
  api: KubernetesApi | undefined,
  required: readonly RequiredApi[],
): Promise<void> {
  for (const { groupVersion, installation } of required) {
    if (await api?.get(`/apis/${groupVersion}`)) continue;
    const cluster = api ? `the cluster at ${api.server}` : "a new cluster";
    throw new UserError(`${cluster} does not serve ${groupVersion}`, installation);
  }
}

/** Which track takes more traffic than now: it has to be ready before the other one shrinks. */
export function growingTrack(canaryShareNow: number | undefined, canaryShareAfter: number): TrackName {
  return canaryShareNow !== undefined && canaryShareAfter > canaryShareNow ? "canary" : "previous";
}

/** Percent of the traffic that the canary's Deployment gets now, by its pods' weights; undefined when none has any. */
export function canaryShareByPods({ deployments }: Live): number | undefined {
  const [previous, canary] = TRACKS.map((track) => {
    const spec = deployments[track]?.spec;
    return spec ? (spec.replicas ?? 1) * podWeight(spec.template.metadata ?? {}) : 0;
  }) as [number, number];
  return previous + canary === 0 ? undefined : (100 * canary) / (previous + canary);
}
