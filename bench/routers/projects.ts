import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { backendUrl, type Workspace } from "../../local/environment/workspace.ts";
import { PROJECT_ROOT } from "../../local/paths.ts";

const NAME = "bench-routers";

/** How a router is measured: the same application, release and shares; only the pods differ. */
export interface Contender {
  readonly router: "gateway" | "voyager" | "replicas";
  /** `replicas` of a stage that gives the canary this share, in percent. */
  readonly replicasAt: (share: number) => Readonly<Record<string, number>>;
}

/** One pod for each track that takes traffic. */
const replicasAt = (share: number) => ({ previous: share === 100 ? 0 : 1, canary: 1 });

export const CONTENDERS: readonly Contender[] = [
  { router: "gateway", replicasAt },
  { router: "voyager", replicasAt },
  { router: "replicas", replicasAt: () => ({ total: 10 }) },
];

/** Shares of the canary that the release goes through, in percent. */
export const SHARES = [10, 50, 100] as const;

/** A key of the project's configuration, as stage files have it. */
export const keyOf = (key: string): string => `${NAME}:${key}`;

/** The file of the stage that gives a share. */
export const fileOf = (directory: string, share: number): string =>
  join(directory, `Pulumi.${stageOf(share)}.yaml`);

export const stageOf = (share: number): string => `canary-${share}`;

/**
 * Writes a project of examples/replicas' application for a router, with a stage for each share.
 * @param edge the router's own values
 */
export async function writeProject(
  stateDir: string,
  { router, replicasAt }: Contender,
  cluster: { readonly context: string; readonly kubeconfig?: string | undefined },
  environment: Readonly<Record<string, string>>,
  edge: object | undefined,
): Promise<Workspace> {
  const directory = join(stateDir, `bench-${router}`);
  const backend = join(directory, "backend");
  await mkdir(backend, { recursive: true });
  const project = projectOf(
    await readFile(join(PROJECT_ROOT, "examples", "replicas", "Pulumi.yaml"), "utf8"),
    router,
    edge,
  );
  await writeFile(join(directory, "Pulumi.yaml"), stringify(project));
  for (const share of SHARES) {
    const config = {
      [keyOf("traffic")]: { previous: 100 - share, canary: share },
      [keyOf("replicas")]: replicasAt(share),
    };
    await writeFile(fileOf(directory, share), stringify({ config }));
  }
  const foundation = { [keyOf("cluster")]: { kind: "kubeconfig", ...cluster } };
  await writeFile(join(directory, "Pulumi.foundation.yaml"), stringify({ config: foundation }));
  return { directory, environment: { ...environment, PULUMI_BACKEND_URL: backendUrl(backend) } };
}

function projectOf(example: string, router: Contender["router"], edge: object | undefined): unknown {
  const project = parse(example) as { config: Record<string, unknown> };
  const config = {
    ...project.config,
    namespace: namespaceOf(router),
    router,
    ...(edge && { edge: { value: edge } }),
    lifecycle: { value: SHARES.map(stageOf) },
  };
  return { ...project, name: NAME, main: PROJECT_ROOT, config };
}

/** The application of examples/replicas. */
export const APPLICATION = "app";

export const namespaceOf = (router: string): string => `bench-${router}`;
