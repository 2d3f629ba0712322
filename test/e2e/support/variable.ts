import { deploymentPath } from "../../../src/application/live.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";

/** Gives the canary's container a variable as somebody else would, so that no stage takes it away; or takes it back. */
export async function setVariable(
  api: KubernetesApi,
  namespace: string,
  name: string,
  value: string | undefined,
): Promise<void> {
  const env = value === undefined ? [] : [{ name, value }];
  const content = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "app-new" },
    spec: { template: { spec: { containers: [{ name: "app", env }] } } },
  };
  await api.send("PATCH", `${deploymentPath(namespace, "app-new")}?fieldManager=somebody`, {
    type: "application/apply-patch+yaml",
    content,
  });
}
