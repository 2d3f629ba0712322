import { join } from "node:path";
import { isScalar, parseAllDocuments } from "yaml";
import { editYaml, type Workspace } from "../../local/environment/workspace.ts";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { untilRolledOut } from "../../src/cluster/rollouts.ts";
import { UserError } from "../../src/errors.ts";

/** An object of a namespace. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly clusterIP?: string };
}

/** The kinds that what stands beside an application is made of: where the API server has them. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  "v1 ConfigMap": "/api/v1/namespaces/NAMESPACE/configmaps",
  "v1 Secret": "/api/v1/namespaces/NAMESPACE/secrets",
  "v1 Service": "/api/v1/namespaces/NAMESPACE/services",
  "apps/v1 Deployment": "/apis/apps/v1/namespaces/NAMESPACE/deployments",
  "networking.k8s.io/v1 NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies",
};

const ROLLED_OUT_WITHIN_S = 60;

/**
 * The objects of a file, each of a kind that is known here.
 * @throws UserError for what is no object, or of another kind
 */
export function objectsIn(text: string): readonly KubernetesObject[] {
  // Between two lines of dashes there may be comments alone.
  const documents = parseAllDocuments(text).filter(
    ({ errors, contents }) => errors.length > 0 || hasContent(contents),
  );
  return documents.map((document, index) => {
    const object =
      document.errors.length > 0 ? undefined : (document.toJS() as Partial<KubernetesObject> | undefined);
    const what = `document ${index + 1} of the objects`;
    if (object?.metadata?.name === undefined)
      throw new UserError(`${what} is no Kubernetes object with a name`, "Mend it, or take it out.");
    const kind = `${object.apiVersion} ${object.kind}`;
    if (!Object.hasOwn(COLLECTIONS, kind)) {
      throw new UserError(
        `${what} is a ${kind}, which is not applied here`,
        `These are: ${Object.keys(COLLECTIONS).join(", ")}.`,
      );
    }
    return object as KubernetesObject;
  });
}

const hasContent = (contents: unknown): boolean => !(isScalar(contents) && contents.value === null);

/**
 * Applies objects to a namespace, and waits until their Deployments are rolled out. The cluster on this machine has no DNS,
 * so the workspace's copy of Pulumi.yaml gets the names of their Services for the application's pods.
 */
export async function applyObjects(
  api: KubernetesApi,
  namespace: string,
  objects: readonly KubernetesObject[],
  { directory }: Pick<Workspace, "directory">,
): Promise<void> {
  const hostAliases: object[] = [];
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object;
    const collection = (COLLECTIONS[`${apiVersion} ${kind}`] ?? "").replace("NAMESPACE", namespace);
    const applied = await api.send<KubernetesObject>(
      "PATCH",
      `${collection}/${metadata.name}?fieldManager=example&force=true`,
      {
        type: "application/apply-patch+yaml",
        content: { ...object, metadata: { ...metadata, namespace } },
      },
    );
    const ip = applied.spec?.clusterIP;
    if (ip !== undefined) hostAliases.push({ ip, hostnames: [metadata.name] });
  }
  const file = join(directory, "Pulumi.yaml");
  await editYaml(file, file, (project) => {
    const { config } = project.toJS() as { config: { app: { value: { pod?: { hostAliases?: object[] } } } } };
    const aliases = [...(config.app.value.pod?.hostAliases ?? []), ...hostAliases];
    if (aliases.length > 0) project.setIn(["config", "app", "value", "pod", "hostAliases"], aliases);
  });
  for (const { kind, metadata } of objects)
    if (kind === "Deployment") await untilRolledOut(api, namespace, metadata.name, ROLLED_OUT_WITHIN_S);
}
