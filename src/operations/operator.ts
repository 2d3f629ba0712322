import type { KubernetesApi } from "../cluster/api.ts";
import type { Stacks } from "../engine/stacks.ts";
import type { Project } from "../project/project.ts";

/** What operations work with. */
export interface Operator {
  readonly project: Project;
  readonly stacks: Stacks;
  /** The cluster with the deployer's rights; undefined while the founding stack was never applied. */
  cluster(): Promise<KubernetesApi | undefined>;
}
