import type { KubernetesApi } from "../cluster/api.ts";
import { connect } from "../cluster/connect.ts";
import type { Project } from "../project/project.ts";
import type { PulumiCli } from "./pulumi.ts";

/**
 * The cluster that the engine applies a stage to. The founding stack goes by its own configuration where that names a
 * kubeconfig; every other stage, and a founding stack that makes its cluster, by what the founding stack exports.
 * @param stage undefined for the stages that are applied already
 * @returns undefined while the cluster is yet to be made
 * @throws UserError for a kubeconfig or a context that is not there
 */
export async function engineCluster(
  project: Pick<Project, "config" | "stage">,
  pulumi: Pick<PulumiCli, "foundingOutputs">,
  stage: string | undefined,
): Promise<KubernetesApi | undefined> {
  const { founding } = project.config;
  const { cluster } = await project.stage(founding);
  const configured =
    cluster?.kind === "kubeconfig" ? { file: cluster.kubeconfig, context: cluster.context } : undefined;
  if (configured && stage === founding) return connect(configured);
  const exported = await pulumi.foundingOutputs(founding);
  if (exported) return connect({ kubeconfig: exported.deployerKubeconfig });
  return configured && connect(configured);
}
