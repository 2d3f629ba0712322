import { type PodLike, podTree, type ReplicaSet, type ReplicaSetLike, type WeightOf } from "../model/pods.ts";
import type { KubernetesApi } from "./api.ts";

export const deploymentPath = (namespace: string, name: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;

export const autoscalersPath = (namespace: string): string =>
  `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;

/** Of the HorizontalPodAutoscaler that has a Deployment's name. */
export const autoscalerPath = (namespace: string, name: string): string =>
  `${autoscalersPath(namespace)}/${name}`;

export const configMapPath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${namespace}/configmaps/${name}`;

export const secretPath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${namespace}/secrets/${name}`;

/** Path of a ConfigMap or Secret of a version, named as the release record names it: `Secret/shop-new-0123456789`. */
export function versionObjectPath(namespace: string, object: string): string {
  const [kind, name = ""] = object.split("/");
  return kind === "Secret" ? secretPath(namespace, name) : configMapPath(namespace, name);
}

export const namespacePath = (namespace: string): string => `/api/v1/namespaces/${namespace}`;

export const podsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;

/** Query of a list for the objects that carry all of these labels: `?labelSelector=app%3Dshop`. */
export const withLabels = (labels: Readonly<Record<string, string>>): string => {
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `?labelSelector=${encodeURIComponent(selector.join(","))}`;
};

/**
 * Reads the pods that carry labels.
 * @param weightOf what each draws of the traffic; without it all draw the same
 * @returns the ReplicaSets of a Deployment that have such pods, newest first
 */
export async function readPods(
  api: KubernetesApi,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  weightOf: WeightOf = () => 1,
): Promise<(deployment: string) => ReplicaSet[]> {
  const query = withLabels(labels);
  const [replicaSets, pods] = await Promise.all([
    api.list<ReplicaSetLike>(`/apis/apps/v1/namespaces/${namespace}/replicasets${query}`),
    api.list<PodLike>(`${podsPath(namespace)}${query}`),
  ]);
  return (deployment) => podTree(deployment, replicaSets, pods, api.time(), weightOf);
}
