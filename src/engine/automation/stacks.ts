import { setImmediate } from "node:timers/promises";
import { PulumiCommand } from "@pulumi/pulumi/automation/cmd.js";
import type { EngineEvent, Stack as PulumiStack } from "@pulumi/pulumi/automation/index.js";
import { type ExecaMethod, execa } from "execa";
import { PULUMI_ENVIRONMENT } from "../process.ts";
import type { RunOptions, Stack, StackState, Stacks } from "../stacks.ts";
import { reported } from "./errors.ts";
import { noteStartedEngines } from "./noting-engines.ts";
import { observed, type PulumiOptions } from "./run.ts";

export interface StacksOptions {
  /** Folder with Pulumi.yaml and the stage files. */
  readonly directory: string;
  /** The program; run in this process, so that no language host is needed. */
  readonly program: (run?: RunOptions) => Promise<Record<string, unknown>>;
  /** What encrypts the secrets of a stack that is made; undefined for what is usual in the backend. */
  readonly secretsProvider: (stack: string) => Promise<string | undefined>;
  /** Called at each event of the engine: the first comes a while before it runs the program. */
  readonly onEvent?: (() => void) | undefined;
  /** Told a stack that was changed, or may have been. */
  readonly onChanged?: ((stack: string) => void) | undefined;
  /** Environment of Pulumi besides our own: backend, passphrase, PATH. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** The stage stacks, run by the Pulumi CLI through its Automation API: the only place that knows of it. */
export function pulumiStacks(options: StacksOptions): Stacks {
  const environment: Record<string, string> = { ...PULUMI_ENVIRONMENT, ...options.environment };
  // The Automation API looks for the CLI on this process's own PATH alone.
  if (environment.PATH !== undefined) process.env.PATH = environment.PATH;
  const pulumi = execa({ cwd: options.directory, env: environment });
  const make = async (name: string): Promise<void> => {
    const secretsProvider = await options.secretsProvider(name);
    const flags = secretsProvider === undefined ? [] : ["--secrets-provider", secretsProvider];
    await pulumi`pulumi stack init ${name} ${flags} --non-interactive`;
  };
  noteStartedEngines();
  // Found once, and at once: the search is a process, which runs while the rest of the Automation API is loaded.
  const command = PulumiCommand.get();
  // Loading holds up all else in this process: other processes that are about to begin do so before.
  const automation = setImmediate().then(() => import("@pulumi/pulumi/automation/index.js"));
  for (const early of [command, automation]) early.catch(() => undefined);
  return {
    open: async (name) => {
      const pulumiCommand = await reported(name, () => command);
      const { LocalWorkspace, Stack } = await automation;
      const { directory, program } = options;
      const workspace = await LocalWorkspace.create({
        workDir: directory,
        envVars: environment,
        pulumiCommand,
        program: () => program(),
      });
      // Every command names its stack; selecting it is a process that nobody needs.
      workspace.selectStack = async () => undefined;
      return automatedStack(await Stack.select(name, workspace), pulumi, {
        program,
        make: () => make(name),
        onEvent: () => options.onEvent?.(),
        onChanged: () => options.onChanged?.(name),
      });
    },
    stateOf: (name, secrets) =>
      reported(name, async () => {
        const run = pulumi({ reject: false });
        const flags = secrets === "in clear" ? ["--show-secrets"] : [];
        const exported = await run`pulumi stack export ${flags} --stack ${name} --non-interactive`;
        if (exported.exitCode === 0) return JSON.parse(exported.stdout) as StackState;
        if (isNoSuchStack(name, exported.stderr)) return undefined;
        throw new Error(exported.stderr);
      }),
  };
}

/** Whether the CLI says that the stack itself is not there; a program may say so of another one. */
const isNoSuchStack = (name: string, said: string): boolean =>
  said.includes(`no stack named '${name}' found`);

/** What the operations of a stack call besides the engine. */
interface StackHooks {
  program(run?: RunOptions): Promise<Record<string, unknown>>;
  make(): Promise<void>;
  onEvent(): void;
  onChanged(): void;
}

function automatedStack(
  stack: PulumiStack,
  pulumi: ExecaMethod<{ cwd: string; env: Record<string, string> }>,
  { program, make, onEvent, onChanged }: StackHooks,
): Stack {
  // After every update the Automation API asks for these by three more processes, a second that nobody needs.
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  const { name } = stack;
  // Whether a stack exists is found by its first command: asking beforehand is a process of its own.
  const madeWhereMissing = <T>(operation: () => Promise<T>): Promise<T> =>
    operation().catch(async (error: Error) => {
      if (!isNoSuchStack(name, error.message)) throw error;
      await make();
      return operation();
    });
  const inStack = <T>(operation: () => Promise<T>) => reported(name, () => madeWhereMissing(operation));
  const observe = (options: RunOptions | undefined, operation: (run: PulumiOptions) => Promise<unknown>) =>
    observed(name, options, (run) => {
      const heard = (event: EngineEvent): void => {
        onEvent();
        run.onEvent(event);
      };
      return madeWhereMissing(() => operation({ ...run, onEvent: heard }));
    });
  return {
    name,
    preview: (options) => observe(options, (run) => stack.preview(run)),
    apply: (options) =>
      observe(options, (run) => stack.up({ ...run, program: () => program(options) })).finally(onChanged),
    destroy: async (options) => {
      await observe(options, (run) => stack.destroy(run)).finally(onChanged);
    },
    cancel: () => inStack(() => stack.cancel()),
    unprotect: async () => {
      await inStack(() => pulumi`pulumi state unprotect --all --yes --stack ${name}`);
    },
    exportState: () => inStack(async () => (await stack.exportStack()) as StackState),
    importState: async (state) => {
      // Through a pipe: the state has its secrets in clear and touches no disk.
      const input = JSON.stringify(state);
      await inStack(() => pulumi({ input })`pulumi stack import --stack ${name}`);
    },
  };
}
