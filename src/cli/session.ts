import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { connect, type KubernetesApi } from "../kubernetes.ts";
import { ownIdentity } from "../ops/identity.ts";
import type { Operator } from "../ops/operator.ts";
import { type Project, readProject } from "../ops/project.ts";
import type { Stacks } from "../ops/stacks.ts";
import { WrongUse } from "./exit.ts";
import { type PulumiCli, pulumiCli } from "./pulumi.ts";
import { Terminal } from "./terminal.ts";

/** What every command understands. */
export interface GlobalOptions {
  readonly stackDir?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly json?: boolean;
  readonly color: boolean;
  readonly verbose?: boolean;
}

/** What a command works with; what costs time is made at its first use. */
export interface Session {
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  readonly project: Project;
  readonly pulumi: PulumiCli;
  readonly identity: ReturnType<typeof ownIdentity>;
  /** Aborts when the operator stops the command. */
  readonly signal: AbortSignal;
  cluster(): Promise<KubernetesApi | undefined>;
  operator(): Promise<Operator>;
}

/** @throws UserError when there is no project, WrongUse for options that do not go together */
export async function openSession(options: GlobalOptions, signal: AbortSignal): Promise<Session> {
  const project = await readProject(projectFolder(options.stackDir));
  const pulumi = pulumiCli(project.directory);
  let api: Promise<KubernetesApi | undefined> | undefined;
  let operator: Promise<Operator> | undefined;
  const cluster = async () => {
    api ??= connectTo(options, project, pulumi);
    const found = await api;
    // Before the founding stack is applied there is nothing to reach; afterwards there is.
    if (!found) api = undefined;
    return found;
  };
  return {
    options,
    terminal: new Terminal({ json: options.json === true, color: options.color }),
    project,
    pulumi,
    identity: ownIdentity(),
    signal,
    cluster,
    operator: () => {
      operator ??= openOperator(project, cluster);
      return operator;
    },
  };
}

const loadProgram = () => import("../index.ts");

/**
 * Loads the engine's side, which takes a second: what needs no engine does not wait for it. The program and its SDKs
 * are loaded while processes of the engine run.
 */
async function openOperator(project: Project, cluster: Operator["cluster"]): Promise<Operator> {
  // Whoever asks again gets the failure.
  cluster().catch(() => undefined);
  const { pulumiStacks } = await import("./engine/stacks.ts");
  const stacks = pulumiStacks({
    directory: project.directory,
    secretsProvider: project.secretsProvider,
    program: async () => (await loadProgram()).default(),
  });
  const stateOf: Stacks["stateOf"] = (name) => {
    const state = stacks.stateOf(name);
    // Loading holds up all else in this process: the engine's has to be under way. Whoever needs it gets the failure.
    setImmediate(() => loadProgram().catch(() => undefined));
    return state;
  };
  return { project, stacks: { ...stacks, stateOf }, cluster };
}

async function connectTo(
  { context, kubeconfig }: GlobalOptions,
  { config }: Project,
  pulumi: PulumiCli,
): Promise<KubernetesApi | undefined> {
  if (context !== undefined) return connect({ context, file: kubeconfig });
  if (kubeconfig !== undefined) {
    throw new WrongUse(
      `--kubeconfig ${kubeconfig} comes without --context`,
      "Name the context too: no command falls back to whichever is current.",
    );
  }
  const deployer = await pulumi.deployerKubeconfig(config.founding);
  return deployer === undefined ? undefined : connect({ kubeconfig: deployer });
}

/** The folder with Pulumi.yaml: the one named, else this one or its nearest parent that has it. */
function projectFolder(named: string | undefined): string {
  if (named !== undefined) return resolve(named);
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) {
      throw new WrongUse(
        `neither ${process.cwd()} nor a folder above it has a Pulumi.yaml`,
        "Go to the project's folder, or name it with --stack-dir.",
      );
    }
  }
}
