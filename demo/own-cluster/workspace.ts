import { join } from "node:path";
import { REPLICAS_VALUES } from "../../local/environment/routers.ts";
import {
  editYaml,
  type NamedContext,
  setRouter,
  type Workspace,
  writeWorkspace,
} from "../../local/environment/workspace.ts";
import { PUBLIC_HTTPD_TAGS } from "../../local/images/names.ts";

/** Made on the cluster at the beginning and deleted at the end: it must not be there before. */
export const OWN_NAMESPACE = "canary-stages-walk";

const [PREVIOUS, CANARY, NEXT] = PUBLIC_HTTPD_TAGS;

/** The release after the first. */
export const OWN_NEXT = NEXT;

/**
 * Writes the project's stacks for a cluster of somebody's own into `<stateDir>/stacks`: the same application and
 * stages, with the router that needs nothing in the cluster, and with images that registries have today.
 */
export async function writeOwnWorkspace(stateDir: string, cluster: NamedContext): Promise<Workspace> {
  const workspace = await writeWorkspace(stateDir, cluster);
  const file = (name: string) => join(workspace.directory, name);
  await editYaml(file("Pulumi.yaml"), file("Pulumi.yaml"), (project) => {
    project.setIn(["config", "release", "value"], { previous: PREVIOUS, canary: CANARY });
    project.setIn(["config", "namespace"], OWN_NAMESPACE);
  });
  await setRouter(workspace, REPLICAS_VALUES);
  return workspace;
}
