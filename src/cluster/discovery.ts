import type { KubernetesApi } from "./api.ts";

/** What an object is called in its API. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

interface ResourceList {
  readonly resources: readonly ApiResource[];
}

interface ApiResource {
  /** The plural in paths, `deployments`; `deployments/status` for a part of one. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

const rootOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** API path of an object; undefined where the cluster does not serve its kind. */
export async function objectPath(
  api: KubernetesApi,
  { apiVersion, kind, namespace, name }: ObjectName,
): Promise<string | undefined> {
  const found = await api.get<ResourceList>(rootOf(apiVersion));
  const resource = found?.resources.find((one) => one.kind === kind && !one.name.includes("/"));
  if (!resource) return undefined;
  const place = resource.namespaced ? `/namespaces/${namespace}` : "";
  return `${rootOf(apiVersion)}${place}/${resource.name}/${name}`;
}

interface GroupList {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

/** Group version and plural of every kind of object that lives in namespaces and can be deleted there. */
export async function namespacedKinds(
  api: KubernetesApi,
): Promise<{ readonly apiVersion: string; readonly plural: string; readonly kind: string }[]> {
  const groups = (await api.get<GroupList>("/apis"))?.groups ?? [];
  const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const lists = await Promise.all(
    versions.map(async (apiVersion) => {
      const { resources = [] } = (await api.get<ResourceList>(rootOf(apiVersion))) ?? {};
      return resources
        .filter(({ namespaced, verbs }) => namespaced && verbs.includes("list") && verbs.includes("delete"))
        .map(({ name, kind }) => ({ apiVersion, plural: name, kind }));
    }),
  );
  return lists.flat();
}

/** API path of the collection of a kind in a namespace. */
export const collectionPath = (namespace: string, apiVersion: string, plural: string): string =>
  `${rootOf(apiVersion)}/namespaces/${namespace}/${plural}`;
