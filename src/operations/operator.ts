import type { KubernetesApi } from "../cluster/api.ts";
import type { Stacks } from "../engine/stacks.ts";
import type { Project } from "../project/project.ts";

/** What operations work with. */
export interface Operator {
  readonly project: Project;
  readonly stacks: Stacks;
  /** The cluster with the deployer's rights; undefined while the founding stack was never applied. */
  cluster(): Promise<KubernetesApi | undefined>;
  /**
   * Set where `cluster` is one that the operator named (`--context`): the cluster that the engine applies a stage to,
   * undefined while that is yet to be made. Without a stage: the one of the stages that are applied already.
   */
  readonly engineCluster?: ((stage: string | undefined) => Promise<KubernetesApi | undefined>) | undefined;
}
