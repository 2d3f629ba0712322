import type { KubernetesApi } from "../cluster/api.ts";
import type { Stacks } from "../engine/stacks.ts";
import type { Project } from "../project/project.ts";

/** What operations work with. */
export interface Operator {
  readonly project: Project;
  readonly stacks: Stacks;
  /** The cluster with the deployer's rights; undefined while the foundation was never applied. */
  cluster(): Promise<KubernetesApi | undefined>;
  /**
   * The cluster with an administrator's rights, for what concerns the foundation; undefined while it is yet to be made.
   * @throws UserError where this machine has no such access
   */
  administrator(): Promise<KubernetesApi | undefined>;
  /**
   * Set where `cluster` is one that the operator named (`--context`): the cluster that the engine applies a stack to,
   * undefined while that is yet to be made. Without a stack: the one of the stages.
   */
  readonly engineCluster?: ((stack: string | undefined) => Promise<KubernetesApi | undefined>) | undefined;
}
