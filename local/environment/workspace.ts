import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseDocument } from "yaml";
import { filesOf } from "../../src/config/app/container-list.ts";
import { allStages } from "../../src/model/lifecycle.ts";
import { readProject } from "../../src/project/project.ts";
import { PROJECT_ROOT } from "../paths.ts";

/** A cluster by its kubeconfig context. */
export interface NamedContext {
  readonly context: string;
  /** File that has it; without it the usual places. */
  readonly kubeconfig?: string | undefined;
}

/** The project's stacks on a cluster of one's own: copies, so that the committed files stay as they are. */
export interface Workspace {
  /** Folder with Pulumi.yaml and the stage files. */
  readonly directory: string;
  /** What Pulumi needs in its environment: backend and passphrase. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What names a project's objects. */
export interface ProjectNames {
  readonly namespace: string;
  /** The application's name. */
  readonly app: string;
}

/** @param directory with Pulumi.yaml */
export async function projectNames(directory: string): Promise<ProjectNames> {
  const { config } = await readProject(directory);
  return { namespace: config.namespace, app: config.app.name };
}

/** What a workspace says about its router, where that is not what the project's files say. */
export interface RouterValues {
  readonly router: string;
  /** The whole of it. */
  readonly edge?: object;
  /** Some of the application's values. */
  readonly app?: Readonly<Record<string, unknown>>;
  /** Of each stage. */
  readonly replicas?: object;
}

/**
 * Writes copies of a project's files into `<stateDir>/stacks`, the foundation on the given cluster.
 * @param source folder of the project, with the files that its application names; without it the project of this clone
 */
export async function writeWorkspace(
  stateDir: string,
  cluster: NamedContext,
  source = PROJECT_ROOT,
): Promise<Workspace> {
  const directory = join(stateDir, "stacks");
  const backend = join(stateDir, "backend");
  await rm(directory, { recursive: true, force: true });
  await Promise.all([directory, backend].map((folder) => mkdir(folder, { recursive: true })));
  const { config, name } = await readProject(source);
  await editYaml(join(source, "Pulumi.yaml"), join(directory, "Pulumi.yaml"), (project) =>
    project.set("main", PROJECT_ROOT),
  );
  for (const stage of allStages(config)) {
    const file = `Pulumi.${stage}.yaml`;
    await copyFile(join(source, file), join(directory, file));
  }
  for (const {
    source: { file },
  } of filesOf(config.app)) {
    if (file !== undefined) await cp(join(source, file), join(directory, file));
  }
  const founding = `Pulumi.${config.founding}.yaml`;
  await editYaml(join(source, founding), join(directory, founding), (foundation) =>
    foundation.setIn(["config", `${name}:cluster`], { kind: "kubeconfig", ...cluster }),
  );
  return {
    directory,
    environment: {
      PULUMI_BACKEND_URL: backendUrl(backend),
      PULUMI_CONFIG_PASSPHRASE_FILE: await passphraseFile(stateDir),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
  };
}

/** Names a router in the workspace's files, with its values. */
export async function setRouter(
  { directory }: Workspace,
  { router, edge, app = {}, replicas }: RouterValues,
): Promise<void> {
  const { config, name: project } = await readProject(directory);
  const edit = (name: string, change: Parameters<typeof editYaml>[2]) =>
    editYaml(join(directory, name), join(directory, name), change);
  await edit("Pulumi.yaml", (document) => {
    document.setIn(["config", "router"], router);
    if (edge) document.setIn(["config", "edge", "value"], edge);
    for (const [key, value] of Object.entries(app)) document.setIn(["config", "app", "value", key], value);
  });
  if (!replicas) return;
  for (const stage of allStages(config))
    await edit(`Pulumi.${stage}.yaml`, (values) => values.setIn(["config", `${project}:replicas`], replicas));
}

/** A folder as Pulumi's backend: a blank, an umlaut, `%` and `#` have to be written as a URL has them. */
export function backendUrl(folder: string): string {
  return pathToFileURL(folder).href;
}

/** Names another release in the workspace's Pulumi.yaml, as the commit of a new release would. */
export async function setRelease(
  workspace: Workspace,
  release: { previous: string; canary: string },
): Promise<void> {
  const file = join(workspace.directory, "Pulumi.yaml");
  await editYaml(file, file, (project) => project.setIn(["config", "release", "value"], release));
}

/** Changes a YAML document, and keeps its comments and order. */
export async function editYaml(
  from: string,
  to: string,
  edit: (document: ReturnType<typeof parseDocument>) => void,
): Promise<void> {
  const document = parseDocument(await readFile(from, "utf8"));
  edit(document);
  await writeFile(to, document.toString());
}

async function passphraseFile(stateDir: string): Promise<string> {
  const file = join(stateDir, "passphrase");
  if (!existsSync(file)) await writeFile(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return file;
}
