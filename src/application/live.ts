import type { KubernetesApi, RequiredApi } from "../cluster/api.ts";
import { configMapPath, deploymentPath } from "../cluster/objects.ts";
import { UserError } from "../errors.ts";
import type { Deployment } from "../model/deployment.ts";
import type { AppNames, TrackName } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { fromData, type ReleaseRecord } from "../model/record.ts";
import type { PerTrack } from "../model/traffic.ts";

/** What runs in the namespace now. */
export interface Live {
  /** Undefined when nothing was released there yet. */
  readonly record: ReleaseRecord | undefined;
  readonly deployments: PerTrack<Deployment | undefined>;
}

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
    api.get<Deployment>(deploymentPath(namespace, plan.tracks.previous.name)),
    api.get<Deployment>(deploymentPath(namespace, plan.tracks.canary.name)),
  ]);
  return { record, deployments: { previous, canary } };
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
    const others = (await otherVersions(api, groupVersion)).join(", ");
    throw new UserError(
      `${cluster} does not serve ${groupVersion}${others && `; it serves ${others}`}`,
      installation,
    );
  }
}

/** Versions of the same group that are served: the installed one may be too old. */
async function otherVersions(api: KubernetesApi | undefined, groupVersion: string): Promise<string[]> {
  const [group = ""] = groupVersion.split("/");
  const found = await api?.get<{ versions?: { groupVersion: string }[] }>(`/apis/${group}`);
  return (found?.versions ?? []).map((version) => version.groupVersion);
}

/** Which track takes more traffic than now: it has to be ready before the other one shrinks. */
export function growingTrack(canaryShareNow: number | undefined, canaryShareAfter: number): TrackName {
  return canaryShareNow !== undefined && canaryShareAfter > canaryShareNow ? "canary" : "previous";
}
