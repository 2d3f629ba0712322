import type { KubernetesApi } from "../cluster/api.ts";
import { connect } from "../cluster/connect.ts";
import type { Project } from "../project/project.ts";
import type { PulumiCli } from "./pulumi.ts";

/**
 * The cluster that the engine applies a stack to. The foundation goes by its own configuration where that names a
 * kubeconfig; every stage, and a foundation that makes its cluster, by what the foundation exports.
 * @param stack undefined for the stages
 * @returns undefined while the cluster is yet to be made
 * @throws UserError for a kubeconfig or a context that is not there
 */
export async function engineCluster(
  project: Pick<Project, "config" | "foundation">,
  pulumi: Pick<PulumiCli, "foundationOutputs">,
  stack: string | undefined,
): Promise<KubernetesApi | undefined> {
  const { founding } = project.config;
  if (stack === founding) {
    const { cluster } = await project.foundation();
    if (cluster.kind === "kubeconfig") return connect({ file: cluster.kubeconfig, context: cluster.context });
  }
  const exported = await pulumi.foundationOutputs(founding);
  return exported && connect({ exported: exported.deployerKubeconfig });
}
