import type { KubernetesApi } from "../cluster/api.ts";
import { connect } from "../cluster/connect.ts";
import { readTokenKubeconfig } from "../cluster/kubeconfig.ts";
import { administratorKubeconfig } from "../components/gke/kubeconfig.ts";
import type { FoundationOutputs } from "../program/outputs.ts";
import type { Project } from "../project/project.ts";

/**
 * The foundation's cluster, with the rights that the foundation is applied with: by the context that its configuration
 * names, and on GKE as whoever is signed in to Google Cloud.
 * @param outputs what the foundation exports; undefined where it was never applied
 * @returns undefined for a cluster that is yet to be made
 * @throws UserError for a kubeconfig or a context that is not there
 */
export async function administratorOf(
  project: Pick<Project, "foundation">,
  outputs: FoundationOutputs | undefined,
): Promise<KubernetesApi | undefined> {
  const { cluster } = await project.foundation();
  if (cluster.kind === "kubeconfig") return connect({ file: cluster.kubeconfig, context: cluster.context });
  if (!outputs) return undefined;
  const { address } = readTokenKubeconfig(outputs.deployerKubeconfig);
  return connect({ kubeconfig: administratorKubeconfig(cluster.name, address) });
}
