import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa, type Result } from "execa";
import { parseDocument } from "yaml";
import { layoutOf } from "../../../local/cluster/layout.ts";
import type { Edge } from "../../../local/edge/edge.ts";
import type { Environment } from "../../../local/environment/environment.ts";
import { localOperator } from "../../../local/environment/operator.ts";
import { gatewayValues } from "../../../local/environment/routers.ts";
import {
  editYaml,
  projectNames,
  setRouter,
  type Workspace,
  writeWorkspace,
} from "../../../local/environment/workspace.ts";
import { findGateway, serveGateway, startGateway } from "../../../local/gateway/gateway.ts";
import type { GatewayReference } from "../../../local/gateway/record.ts";
import { ensureGatewaySupplies } from "../../../local/gateway/supplies.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { connect } from "../../../src/cluster/connect.ts";
import type { Operator } from "../../../src/operations/operator.ts";

const DRAIN_SECONDS = 2;

/** Where the runner tells the tests about the environment that it brought up. */
export const ENVIRONMENT_VARIABLE = "CANARY_E2E_ENVIRONMENT";

/** The environment that all end-to-end tests share: each makes a project and a namespace of its own in it. */
export interface SharedEnvironment {
  readonly stateDir: string;
  readonly kubeconfig: string;
  readonly context: string;
  readonly networks: readonly string[];
  readonly edge: Edge | undefined;
  /** PATH with the engine and its plugins. */
  readonly path: string;
}

export function sharedEnvironment(stateDir: string, environment: Environment): SharedEnvironment {
  return {
    stateDir,
    kubeconfig: environment.cluster.kubeconfig ?? "",
    context: environment.cluster.context,
    networks: environment.networks,
    edge: environment.edge,
    path: environment.workspace.environment.PATH ?? "",
  };
}

/** @throws Error when the tests were not started by their runner */
export function environment(): SharedEnvironment {
  const text = process.env[ENVIRONMENT_VARIABLE];
  if (text === undefined) throw new Error("end-to-end tests need a cluster: run them by npm run test:e2e");
  return JSON.parse(text) as SharedEnvironment;
}

/** A copy of the project's stacks, in a namespace and with a backend of its own. */
export interface TestProject {
  readonly namespace: string;
  readonly workspace: Workspace;
  /** Operations on it, its files read anew. */
  operator(): Promise<Operator>;
  /** The Pulumi CLI as it is typed in a shell, in the project's folder. */
  pulumi(...args: string[]): Promise<PulumiResult>;
  /** Changes values of Pulumi.yaml, or of a stage's file. */
  edit(
    file: "Pulumi.yaml" | `Pulumi.${string}.yaml`,
    values: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}

export type PulumiResult = Pick<Result, "exitCode"> & { readonly output: string };

/**
 * Makes a project for one test file.
 * @param source folder that it is a copy of; without it the project of this clone
 */
export async function makeProject(namespace: string, source?: string): Promise<TestProject> {
  const { stateDir, kubeconfig, context, path } = environment();
  const cluster = { kubeconfig, context };
  const folder = await mkdtemp(join(stateDir, `${namespace}-`));
  const written = await writeWorkspace(folder, cluster, source);
  const workspace = { ...written, environment: { ...written.environment, PATH: path } };
  const project: TestProject = {
    namespace,
    workspace,
    operator: () => localOperator({ workspace, cluster }),
    pulumi: async (...args) => {
      const { exitCode, all } = await execa("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd: workspace.directory,
        env: workspace.environment,
        all: true,
        reject: false,
      });
      return { exitCode, output: all };
    },
    edit: (file, values) => editConfig(join(workspace.directory, file), values),
  };
  await project.edit("Pulumi.yaml", { namespace });
  if (source === undefined) await drainSoon(join(workspace.directory, "Pulumi.yaml"));
  return project;
}

/** Gives the pods of a project less time to end: no request of a test takes long, and what is taken down is gone sooner. */
export function drainSoon(file: string): Promise<void> {
  return editYaml(file, file, (project) =>
    project.setIn(["config", "app", "value", "drainSeconds"], DRAIN_SECONDS),
  );
}

/**
 * Contour and Envoy on the shared cluster, serving that Gateway and no other; started when they do not run. They end with
 * the environment.
 */
export async function gatewayEdge(gateway: GatewayReference): Promise<Edge> {
  const { stateDir, context } = environment();
  const running = findGateway(stateDir);
  if (running) {
    await serveGateway(stateDir, gateway);
    return running;
  }
  const cluster = { stateDir, context, machinery: layoutOf(stateDir).machinery };
  return startGateway(cluster, await ensureGatewaySupplies(silentProgress), gateway, silentProgress);
}

/** Makes a project for one test file whose router is `gateway`, on real Contour and Envoy. */
export async function makeGatewayProject(
  namespace: string,
): Promise<{ readonly project: TestProject; readonly edge: Edge }> {
  const project = await makeProject(namespace);
  const { app } = await projectNames(project.workspace.directory);
  const edge = await gatewayEdge({ namespace, name: app });
  await setRouter(project.workspace, gatewayValues(edge));
  return { project, edge };
}

async function editConfig(file: string, values: Readonly<Record<string, unknown>>): Promise<void> {
  const document = parseDocument(await readFile(file, "utf8"));
  const isProject = file.endsWith("/Pulumi.yaml");
  for (const [key, value] of Object.entries(values)) {
    if (!isProject) document.setIn(["config", `canary-stages:${key}`], value);
    else if (typeof value === "object") document.setIn(["config", key, "value"], value);
    else document.setIn(["config", key], value);
  }
  await writeFile(file, document.toString());
}

/** The cluster with all rights. */
export function administrator(): Promise<KubernetesApi> {
  const { kubeconfig, context } = environment();
  return connect({ file: kubeconfig, context });
}
