import {
  type EngineEvent,
  LocalWorkspace,
  type Stack as PulumiStack,
} from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { UserError } from "../errors.ts";
import { type Change, changesOf, type Step } from "../ops/changes.ts";
import type { RunOptions, Stack, StackState, Stacks } from "../ops/stacks.ts";

export interface StacksOptions {
  /** Folder with Pulumi.yaml and the stage files. */
  readonly directory: string;
  readonly project: string;
  /** The program; run in this process, so that no language host is needed. */
  readonly program: () => Promise<Record<string, unknown>>;
  /** Environment of Pulumi besides our own: backend, passphrase, PATH. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** The stage stacks, run by the Pulumi CLI through its Automation API: the only place that knows of it. */
export function pulumiStacks(options: StacksOptions): Stacks {
  const environment: Record<string, string> = { PULUMI_SKIP_UPDATE_CHECK: "true", ...options.environment };
  // The Automation API looks for the CLI on this process's own PATH alone.
  if (environment.PATH !== undefined) process.env.PATH = environment.PATH;
  return {
    open: async (name) => {
      const stack = await reported(() =>
        LocalWorkspace.createOrSelectStack(
          { stackName: name, projectName: options.project, program: options.program },
          { workDir: options.directory, envVars: environment },
        ),
      );
      return automatedStack(stack, options.directory, environment);
    },
  };
}

function automatedStack(stack: PulumiStack, directory: string, environment: Record<string, string>): Stack {
  const env = { ...process.env, ...environment } as Record<string, string>;
  const pulumi = execa({ cwd: directory, env, extendEnv: false });
  return {
    name: stack.name,
    preview: (options) => observed((onEvent) => stack.preview({ ...runOptions(options), onEvent })),
    apply: (options) => observed((onEvent) => stack.up({ ...runOptions(options), onEvent })),
    destroy: async (options) => {
      await observed((onEvent) => stack.destroy({ ...runOptions(options), onEvent }));
    },
    cancel: () => stack.cancel(),
    exportState: async () => (await stack.exportStack()) as StackState,
    importState: async (state) => {
      // Through a pipe: the state has its secrets in clear and touches no disk.
      await pulumi({ input: JSON.stringify(state) })`pulumi stack import --stack ${stack.name}`;
    },
    outputs: async () => {
      const outputs = await stack.outputs();
      return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));
    },
  };
}

function runOptions({ onOutput, signal }: RunOptions = {}) {
  return { ...(onOutput && { onOutput }), ...(signal && { signal }), color: "never" as const };
}

/** Runs an operation and collects what it changes, and what went wrong in the engine's own words. */
async function observed(
  operation: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<Change[]> {
  const changes: Change[] = [];
  const errors = new Set<string>();
  const onEvent = (event: EngineEvent): void => {
    const step = event.resourcePreEvent?.metadata;
    if (step) changes.push(...changesOf(step as Step));
    const diagnostic = event.diagnosticEvent;
    if (diagnostic?.severity === "error") errors.add(plain(diagnostic.message));
  };
  await reported(() => operation(onEvent), errors);
  return changes;
}

/** Pulumi's failures as errors for the operator: its diagnostics, without the command line and the stack trace. */
async function reported<T>(
  operation: () => Promise<T>,
  diagnostics: ReadonlySet<string> = new Set(),
): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const said = [...diagnostics].filter((line) => !GENERIC.test(line));
    const message = said.length > 0 ? said.join("\n") : plain((error as Error).message);
    throw new UserError(
      message,
      "Nothing else was changed after this; run the same again once it is mended.",
    );
  }
}

const GENERIC = /^(preview|update) failed$/;

/** Without the colour marks that the engine puts into its messages. */
const plain = (message: string): string => message.replace(/<\{%[^%]*%\}>/g, "").trim();
