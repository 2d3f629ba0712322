import { ApiError, type KubernetesApi } from "../../../src/cluster/api.ts";
import { connect } from "../../../src/cluster/connect.ts";
import type { TestProject } from "./environment.ts";

/** What somebody with the deployer's token tries: an object that is there, changed, and what the API server says. */
export interface Attempt {
  readonly what: string;
  /** API path of the object that is changed, and of the one that is sent where that is another. */
  readonly path: string;
  readonly as?: string;
  readonly change: (object: Record<string, unknown>) => void;
  /** Undefined for what is let through. */
  readonly refusal?: RegExp;
}

/** The API server, asked as the account that the foundation of a project made. */
export async function deployerOf(project: Pick<TestProject, "pulumi">): Promise<KubernetesApi> {
  const words = ["stack", "output", "deployerKubeconfig", "--stack", "foundation", "--show-secrets"];
  const { exitCode, output } = await project.pulumi(...words);
  if (exitCode !== 0) throw new Error(output);
  return connect({ exported: output });
}

/**
 * Sends an object that is there, changed, for the API server to look at and to forget.
 * @returns what it is refused with; undefined when it is let through
 */
export async function attempt(
  deployer: KubernetesApi,
  administrator: KubernetesApi,
  { path, as = path, change }: Attempt,
): Promise<string | undefined> {
  const live = await administrator.get<Record<string, unknown>>(path);
  if (!live) throw new Error(`${path} is not there`);
  const {
    metadata,
    status: _,
    ...object
  } = structuredClone(live) as Record<string, unknown> & {
    metadata: Record<string, unknown>;
  };
  const { namespace, labels, annotations } = metadata;
  const content = {
    ...object,
    metadata: { name: as.split("/").at(-1), namespace, labels, annotations },
  };
  change(content);
  try {
    await deployer.send("PATCH", `${as}?fieldManager=canary-stages&force=true&dryRun=All`, {
      type: "application/apply-patch+yaml",
      content,
    });
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
