import type { Autoscaler } from "../model/autoscaling.ts";
import { type Deployment, wantedReplicas } from "../model/deployment.ts";
import { ApiError, type KubernetesApi } from "./api.ts";
import { autoscalerPath, deploymentPath } from "./objects.ts";

/** Owns the count of an autoscaled track's pods until its autoscaler changes it for the first time. */
const COUNT_MANAGER = "canary-stages-count";

/** A track's Deployment; its autoscaler has the same name. */
export interface Scaled {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Gives a Deployment's count into other hands than those of its declaration, which leaves it out from now on: what nobody
 * owns any more, server-side apply sets back to its default of one pod (Kubernetes documentation, "Transferring ownership").
 * @param least pods that it has afterwards at least; the count as it is without it
 */
export async function handOverCount(
  api: KubernetesApi,
  { namespace, name }: Scaled,
  least: number,
): Promise<void> {
  const path = deploymentPath(namespace, name);
  const found = await api.get<Deployment>(path);
  if (found) await applyCount(api, path, name, Math.max(least, wantedReplicas(found)));
}

const applyCount = (api: KubernetesApi, path: string, name: string, replicas: number): Promise<unknown> =>
  api.send("PATCH", `${path}?fieldManager=${COUNT_MANAGER}&force=true`, {
    type: "application/apply-patch+yaml",
    content: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec: { replicas } },
  });

/**
 * Brings a Deployment to so many pods at least, which its autoscaler does not take away again: its minimum first, then the
 * count, since the autoscaler itself looks four times a minute.
 * @returns whether the minimum had to be raised, and is to be given back
 */
export async function raiseMinimum(
  api: KubernetesApi,
  { namespace, name }: Scaled,
  pods: number,
): Promise<boolean> {
  const path = deploymentPath(namespace, name);
  const found = await api.get<Deployment>(path);
  if (!found || wantedReplicas(found) >= pods) return false;
  await setMinimum(api, { namespace, name }, pods);
  await applyCount(api, path, name, pods);
  return true;
}

/** Sets the least number of pods of an autoscaler. */
export const setMinimum = (api: KubernetesApi, { namespace, name }: Scaled, pods: number): Promise<unknown> =>
  api.send("PATCH", autoscalerPath(namespace, name), {
    type: "application/merge-patch+json",
    content: { spec: { minReplicas: pods } },
  });

/** Deletes the autoscaler of a Deployment whose count is fixed from now on; one that may not be seen is none of ours. */
export async function removeAutoscaler(api: KubernetesApi, { namespace, name }: Scaled): Promise<void> {
  const path = autoscalerPath(namespace, name);
  if (!(await api.get<Autoscaler>(path).catch(noneIfForbidden))) return;
  await api.send("DELETE", path).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
}

/** A foundation from before there were autoscalers gives no right to them. */
function noneIfForbidden(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 403) return undefined;
  throw error;
}
