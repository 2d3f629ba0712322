import type { KubernetesApi } from "../cluster/api.ts";
import { connect } from "../cluster/connect.ts";
import { administratorOf } from "../engine/administrator.ts";
import { engineCluster } from "../engine/engine-cluster.ts";
import type { RunPulumi } from "../engine/process.ts";
import { type PulumiCli, pulumiCli } from "../engine/pulumi.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { Operator } from "../operations/operator.ts";
import { ownIdentity } from "../process/identity.ts";
import type { FoundationOutputs } from "../program/outputs.ts";
import { projectFolder } from "../project/folder.ts";
import { type Project, readProject } from "../project/project.ts";
import { WrongUse } from "./exit.ts";
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

/** What a command works with. What costs time, such as reaching the cluster, is done at its first use. */
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
  /** Waits a while for those who are told of what happened, and says who was not. */
  end(): Promise<void>;
}

/**
 * @param runPulumi given where processes of the Pulumi CLI may have been started before
 * @throws UserError when there is no project, WrongUse for options that do not go together
 */
export async function openSession(
  options: GlobalOptions,
  signal: AbortSignal,
  runPulumi?: RunPulumi,
): Promise<Session> {
  const project = await readProject(projectFolderOf(options));
  const pulumi = pulumiCli(project.directory, runPulumi);
  const foundation = foundationOf(options, project, pulumi);
  const notifier = await notifierOf(project);
  const terminal = new Terminal({
    json: options.json === true,
    color: options.color,
    onEvent: notifier?.tell,
  });
  let operator: Promise<Operator> | undefined;
  return {
    options,
    terminal,
    project,
    pulumi,
    identity: ownIdentity(),
    signal,
    cluster: foundation.cluster,
    operator: () => {
      operator ??= openOperator(project, foundation, {
        administrator: async () =>
          options.context === undefined
            ? administratorOf(project, await pulumi.foundationOutputs(project.config.founding))
            : foundation.cluster(),
        ...(options.context !== undefined && {
          engineCluster: (stack) => engineCluster(project, pulumi, stack),
        }),
      });
      return operator;
    },
    end: async () => {
      for (const line of (await notifier?.end()) ?? []) terminal.note(line);
    },
  };
}

/** Undefined where nobody is to be told: then nothing is loaded for it. */
async function notifierOf({ config, directory }: Project): Promise<Notifier | undefined> {
  const { app, namespace, notify, gate } = config;
  if (notify.length === 0) return undefined;
  const { notifierTo } = await import("../notify/notifier.ts");
  const token = gate?.prometheus?.token;
  return notifierTo(notify, {
    source: { app: app.name, namespace },
    directory,
    kept: token ? [token] : [],
  });
}

/** What the foundation exports and where that leads: read once, and again after it was changed. */
interface Foundation {
  /** Undefined where it was never applied, or where the operator names a context instead. */
  outputs(): Promise<FoundationOutputs | undefined>;
  cluster(): Promise<KubernetesApi | undefined>;
  changed(): void;
}

function foundationOf(options: GlobalOptions, { config }: Project, pulumi: PulumiCli): Foundation {
  let read: Promise<FoundationOutputs | undefined> | undefined;
  let connected: Promise<KubernetesApi | undefined> | undefined;
  const outputs = async () => {
    if (options.context !== undefined) return undefined;
    read ??= pulumi.foundationOutputs(config.founding);
    return read;
  };
  return {
    outputs,
    cluster: async () => {
      connected ??= connectTo(options, outputs);
      const found = await connected;
      // Before the foundation is applied there is nothing to reach; afterwards there is.
      if (!found) connected = undefined;
      return found;
    },
    changed: () => {
      read = undefined;
      connected = undefined;
    },
  };
}

const loadProgram = () => import("../program/program.ts");

/**
 * Loads the engine's side, which takes a while: what needs no engine does not wait for it. The SDKs and the program are
 * loaded while processes of the engine run.
 */
async function openOperator(
  project: Project,
  foundation: Foundation,
  named: Pick<Operator, "administrator" | "engineCluster">,
): Promise<Operator> {
  // Begun early. If it fails, the promise is kept: whoever asks for the cluster later gets the same error.
  foundation.cluster().catch(() => undefined);
  const { pulumiStacks } = await import("../engine/automation/stacks.ts");
  const stacks = pulumiStacks({
    directory: project.directory,
    secretsProvider: project.secretsProvider,
    program: async (run) =>
      (await loadProgram()).program({
        foundation: await foundation.outputs(),
        abort: run?.abort,
        isWayBack: run?.isWayBack,
        looksAtForeign: true,
        holdsLock: true,
        directory: project.directory,
      }),
    // Loads ahead, at the engine's first event. If it fails, `program` above fails with the same error.
    onEvent: () => loadProgram().catch(() => undefined),
    onChanged: (name) => {
      if (name === project.config.founding) foundation.changed();
    },
  });
  return { project, stacks, cluster: foundation.cluster, ...named };
}

async function connectTo(
  { context, kubeconfig }: GlobalOptions,
  foundationOutputs: Foundation["outputs"],
): Promise<KubernetesApi | undefined> {
  if (context !== undefined) return connect({ context, file: kubeconfig, namedBy: "options" });
  if (kubeconfig !== undefined) {
    throw new WrongUse(
      `--kubeconfig ${kubeconfig} comes without --context`,
      "Name the context too: no command falls back to whichever is current.",
    );
  }
  const outputs = await foundationOutputs();
  return outputs && connect({ exported: outputs.deployerKubeconfig });
}

function projectFolderOf({ stackDir }: GlobalOptions): string {
  const folder = projectFolder(stackDir);
  if (folder !== undefined) return folder;
  throw new WrongUse(
    `neither ${process.cwd()} nor a folder above it has a Pulumi.yaml`,
    "Go to the project's folder, or name it with --stack-dir.",
  );
}
