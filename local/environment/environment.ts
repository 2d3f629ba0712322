import { rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { UserError } from "../../src/errors.ts";
import {
  type ClusterSupplies,
  ensureClusterSupplies,
  startCluster,
  stopCluster,
} from "../cluster/cluster.ts";
import { findNamespace } from "../cluster/namespace.ts";
import { type Edge, stopEdge } from "../edge/edge.ts";
import { type Engine, ensureEngine } from "../engine/engine.ts";
import { ensurePlugins, type Plugins } from "../engine/plugins.ts";
import { stopGateway } from "../gateway/gateway.ts";
import { requireMachine } from "../machine/require-machine.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { isAlive } from "../process/processes.ts";
import type { Progress } from "../process/progress.ts";
import { quoted } from "../process/shell.ts";
import { sideBySide } from "../process/side-by-side.ts";
import { stopPrometheus } from "../prometheus/prometheus.ts";
import { type Claim, claim, release } from "./claim.ts";
import { killCommands } from "./command.ts";
import { LOCAL_ROUTERS, type LocalRouterName, type StartEdge } from "./routers.ts";
import { type NamedContext, projectNames, setRouter, type Workspace, writeWorkspace } from "./workspace.ts";

/** Everything that a release needs: the engine, a cluster, an edge, and the stacks on them. */
export interface Environment {
  readonly workspace: Workspace;
  readonly engine: Engine;
  readonly plugins: Plugins;
  readonly cluster: NamedContext;
  /** Networks that load may be sent to, besides loopback. */
  readonly networks: readonly string[];
  /** Undefined on a cluster of somebody's own, and where the cluster itself divides the traffic. */
  readonly edge: Edge | undefined;
  /** Where the application is reached, if not at the address of its edge. */
  readonly entrance?: string;
}

/**
 * Brings the local environment up.
 * @param router that its stacks are for
 * @throws UserError when this machine lacks something, or when an environment is up already
 */
export async function startEnvironment(
  stateDir: string,
  progress: Progress,
  signal?: AbortSignal,
  router: LocalRouterName = "voyager",
): Promise<Environment> {
  await requireMachine(stateDir);
  await claimStateFolder(stateDir, progress);
  const parts = await obtain(router, progress, signal).catch((error: unknown) => {
    release(stateDir);
    throw error;
  });
  try {
    return await start(stateDir, parts, progress, signal);
  } catch (error) {
    await stopEnvironment(stateDir, progress);
    throw error;
  }
}

/** What runs a stack's program, whatever cluster it is for. */
export type Tools = Pick<Environment, "engine" | "plugins">;

/** The engine and its plugins: found, downloaded or built. */
export async function ensureTools(progress: Progress, signal?: AbortSignal): Promise<Tools> {
  const engine = await ensureEngine(progress, signal);
  const plugins = await ensurePlugins(engine, progress, signal);
  signal?.throwIfAborted();
  return { engine, plugins };
}

interface Parts {
  readonly tools: Tools;
  readonly supplies: ClusterSupplies;
  readonly router: LocalRouterName;
  readonly startEdge: StartEdge;
}

/** Everything that a local environment takes; what has to be downloaded comes while something else is compiled. */
async function obtain(router: LocalRouterName, progress: Progress, signal?: AbortSignal): Promise<Parts> {
  const [tools, supplies, startEdge] = await sideBySide(signal, (stop) => [
    ensureTools(progress, stop),
    ensureClusterSupplies(progress, stop),
    LOCAL_ROUTERS[router].obtain(progress, stop),
  ]);
  return { tools, supplies, router, startEdge };
}

async function start(
  stateDir: string,
  { tools, supplies, router, startEdge }: Parts,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Environment> {
  const local = await startCluster(stateDir, progress, signal, supplies);
  signal?.throwIfAborted();
  const { context, kubeconfig, podCidr, loadBalancerCidr } = local;
  const edge = await startEdge(local, await projectNames(PROJECT_ROOT), progress);
  const cluster = { context, kubeconfig };
  const written = await writeWorkspace(stateDir, cluster);
  await setRouter(written, LOCAL_ROUTERS[router].values(edge));
  const workspace = await withTools(written, tools, stateDir);
  return { workspace, ...tools, cluster, networks: [podCidr, loadBalancerCidr], edge };
}

/**
 * Claims a state folder. Takes down first what a start that was killed has left there.
 * @throws UserError when somebody else has it
 */
async function claimStateFolder(stateDir: string, progress: Progress): Promise<void> {
  for (let other = claim(stateDir); other; other = claim(stateDir)) {
    requireAbandoned(stateDir, other);
    progress.say(
      `A start that was ended at once left its environment in ${stateDir}: taking that down first`,
    );
    await stopEnvironment(stateDir, progress);
  }
}

function requireAbandoned(stateDir: string, { starter, kept }: Claim): void {
  // After a reboot nothing is left of what was to be kept.
  if (kept && findNamespace(stateDir)) {
    throw new UserError(
      `an environment is up in ${stateDir}: it was to be left up (--keep, or npm run local:up)`,
      "Take it down first: npm run local:down. Or go on with it by hand, as it said when it came up.",
    );
  }
  if (kept || !isAlive(starter)) return;
  throw new UserError(
    `process ${starter.pid} is at work in ${stateDir}`,
    `Wait until it has ended, or stop it: Ctrl-C where it runs, or kill ${starter.pid}.`,
  );
}

/**
 * Takes everything down that `startEnvironment` brought up on this machine, whatever of it is there. The stacks'
 * state goes with the cluster that it speaks of.
 */
export async function stopEnvironment(stateDir: string, progress: Progress): Promise<void> {
  await killCommands(stateDir);
  await stopPrometheus(stateDir);
  await stopEdge(stateDir);
  await stopGateway(stateDir);
  await stopCluster(stateDir, progress);
  await rm(stateDir, { recursive: true, force: true });
}

/**
 * The workspace as commands on it find the tools, in this process and in a shell that sources `environment.sh`: first of
 * all the project's Node, which the language host runs by, and the program.
 */
export async function withTools(
  workspace: Workspace,
  { engine, plugins }: Tools,
  stateDir: string,
): Promise<Workspace> {
  const folders = [...projectNode(), ...plugins.pathPrefix, dirname(engine.path)];
  const path = [...folders, process.env.PATH ?? ""].join(delimiter);
  const environment = { ...workspace.environment, ...plugins.environment, PATH: path };
  await writeShellFile(stateDir, environment);
  return { ...workspace, environment };
}

/** The folder of the Node that npm installed with the dependencies, which holds nothing else; none where that is not what runs. */
function projectNode(): string[] {
  const folder = dirname(process.execPath);
  return folder.startsWith(join(import.meta.dirname, "..", "node_modules")) ? [folder] : [];
}

/** A file to source in a shell, so that `pulumi` and `canary` find what the environment brought up. */
async function writeShellFile(
  stateDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`);
  await writeFile(join(stateDir, "environment.sh"), `${lines.join("\n")}\n`);
}
