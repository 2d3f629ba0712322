import { UserError } from "../errors.ts";
import type { KubernetesApi } from "./api.ts";
import { configMapPath, deploymentPath } from "./objects.ts";

type Json = Readonly<Record<string, unknown>>;

interface Running extends Json {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
  };
}

/**
 * A Deployment as the cluster has it, with the ConfigMaps that its pods name and the Services that lead to them. No Secret is read.
 * @returns objects with their kind, the Deployment first
 * @throws UserError where there is none of that name
 */
export async function runningDeployment(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<readonly Json[]> {
  const deployment = await api.get<Running>(deploymentPath(namespace, name));
  if (!deployment) {
    const there = await api.list<Running>(`/apis/apps/v1/namespaces/${namespace}/deployments`);
    const names = there.map(({ metadata }) => metadata.name).join(", ") || "none";
    throw new UserError(
      `namespace ${namespace} of the cluster at ${api.server} has no Deployment ${name}: it has ${names}`,
      "Name one of those, or another namespace with -n; StatefulSets and DaemonSets are not released in stages.",
    );
  }
  const template = deployment.spec?.template ?? {};
  const [services, configMaps] = await Promise.all([
    api.list<Running>(`/api/v1/namespaces/${namespace}/services`),
    Promise.all(configMapsIn(template).map((one) => api.get<Running>(configMapPath(namespace, one)))),
  ]);
  const labels = template.metadata?.labels ?? {};
  const leading = services.filter(({ spec }) => {
    const selector = Object.entries(spec?.selector ?? {});
    return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  });
  // The API server leaves the kind out in lists.
  return [
    { ...deployment, kind: "Deployment" },
    ...configMaps.flatMap((one) => (one ? [{ ...one, kind: "ConfigMap" }] : [])),
    ...leading.map((one) => ({ ...one, kind: "Service" })),
  ];
}

const REFERENCES: ReadonlySet<string> = new Set(["configMap", "configMapRef", "configMapKeyRef"]);

/** Names of the ConfigMaps that a pod template refers to, wherever. */
function configMapsIn(template: object): string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const name = REFERENCES.has(key) ? (inner as { readonly name?: unknown } | null)?.name : undefined;
      if (typeof name === "string") names.add(name);
      visit(inner);
    }
  };
  visit(template);
  return [...names];
}
