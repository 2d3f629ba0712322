import { connect } from "../../src/cluster/connect.ts";
import { pulumiStacks } from "../../src/engine/automation/stacks.ts";
import type { Operator } from "../../src/operations/operator.ts";
import { program } from "../../src/program/program.ts";
import { readProject } from "../../src/project/project.ts";
import type { Environment } from "./environment.ts";

/** Operations on the local environment's stacks, with the administrator's access to its cluster. */
export async function localOperator({
  workspace,
  cluster,
}: Pick<Environment, "workspace" | "cluster">): Promise<Operator> {
  const project = await readProject(workspace.directory);
  const reach = () => connect({ file: cluster.kubeconfig, context: cluster.context });
  return {
    project,
    stacks: pulumiStacks({
      directory: workspace.directory,
      secretsProvider: project.secretsProvider,
      program: () => program({ holdsLock: true }),
      environment: workspace.environment,
    }),
    cluster: reach,
    administrator: reach,
  };
}
