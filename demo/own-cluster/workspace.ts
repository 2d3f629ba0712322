import { join } from "node:path";
import {
  editYaml,
  type NamedContext,
  type Workspace,
  writeWorkspace,
} from "../../local/environment/workspace.ts";
import { PUBLIC_HTTPD_TAGS } from "../../local/images/names.ts";
import { allStages } from "../../src/model/lifecycle.ts";
import { readProject } from "../../src/project/project.ts";

/** Made on the cluster at the beginning and deleted at the end: it must not be there before. */
export const OWN_NAMESPACE = "canary-stages-walk";

const [PREVIOUS, CANARY, NEXT] = PUBLIC_HTTPD_TAGS;

/** The release after the first. */
export const OWN_NEXT = NEXT;

/** Divides into 25, 75 and 100 %, and fits on a laptop's cluster. */
const TOTAL_PODS = 4;

/** A pod counts when kube-proxy has had time to hear of it. */
const MIN_READY_SECONDS = 2;

/**
 * Writes the project's stacks for a cluster of somebody's own into `<stateDir>/stacks`: the same application and
 * stages, with the router that needs nothing in the cluster, and with images that registries have today.
 */
export async function writeOwnWorkspace(stateDir: string, cluster: NamedContext): Promise<Workspace> {
  const workspace = await writeWorkspace(stateDir, cluster);
  const file = (name: string) => join(workspace.directory, name);
  const { config } = await readProject(workspace.directory);
  await editYaml(file("Pulumi.yaml"), file("Pulumi.yaml"), (project) => {
    project.setIn(["config", "release", "value"], { previous: PREVIOUS, canary: CANARY });
    project.setIn(["config", "namespace"], OWN_NAMESPACE);
    project.setIn(["config", "router"], "replicas");
    project.setIn(["config", "app", "value", "minReadySeconds"], MIN_READY_SECONDS);
  });
  for (const stage of allStages(config)) {
    const stageFile = file(`Pulumi.${stage}.yaml`);
    await editYaml(stageFile, stageFile, (values) =>
      values.setIn(["config", "canary-stages:replicas"], { total: TOTAL_PODS }),
    );
  }
  return workspace;
}
