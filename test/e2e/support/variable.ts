import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { deploymentPath } from "../../../src/cluster/objects.ts";

/**
 * Gives a container a variable as somebody else would, so that no stage takes it away; or takes it back. It is the
 * canary's, unless another Deployment is named.
 */
export async function setVariable(
  api: KubernetesApi,
  namespace: string,
  name: string,
  value: string | undefined,
  deployment: "app-new" | "app-previous" = "app-new",
): Promise<void> {
  const env = value === undefined ? [] : [{ name, value }];
  const content = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: deployment },
    spec: { template: { spec: { containers: [{ name: "app", env }] } } },
  };
  await api.send("PATCH", `${deploymentPath(namespace, deployment)}?fieldManager=somebody`, {
    type: "application/apply-patch+yaml",
    content,
  });
}
