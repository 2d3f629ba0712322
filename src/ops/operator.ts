import type { KubernetesApi } from "../kubernetes.ts";
import type { Project } from "./project.ts";
import type { Stacks } from "./stacks.ts";

/** What operations work with. */
export interface Operator {
  readonly project: Project;
  readonly stacks: Stacks;
  /** The cluster with the deployer's rights; undefined while the founding stack was never applied. */
  cluster(): Promise<KubernetesApi | undefined>;
}
