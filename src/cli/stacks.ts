import { PulumiCommand } from "@pulumi/pulumi/automation/cmd.js";
import { ConcurrentUpdateError } from "@pulumi/pulumi/automation/errors.js";
import type { EngineEvent, Stack as PulumiStack } from "@pulumi/pulumi/automation/index.js";
import { type ExecaMethod, execa } from "execa";
import { UserError } from "../errors.ts";
import { type Change, changesOf, type Step } from "../ops/changes.ts";
import {
  Interrupted,
  type RunOptions,
  type Stack,
  StackBusy,
  type StackState,
  type Stacks,
} from "../ops/stacks.ts";
import { damagedState } from "./damaged-state.ts";
import { lockHolders } from "./stack-locks.ts";

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
  const pulumi = execa({ cwd: options.directory, env: environment });
  // Found once, and at once: the search is a process, which runs while the rest of the Automation API is loaded.
  const command = PulumiCommand.get();
  const automation = import("@pulumi/pulumi/automation/index.js");
  for (const early of [command, automation]) early.catch(() => undefined);
  return {
    open: async (name) => {
      const pulumiCommand = await reported(name, () => command);
      const { LocalWorkspace } = await automation;
      const stack = await reported(name, () =>
        LocalWorkspace.createOrSelectStack(
          { stackName: name, projectName: options.project, program: options.program },
          { workDir: options.directory, envVars: environment, pulumiCommand },
        ),
      );
      return automatedStack(stack, pulumi);
    },
    stateOf: (name) =>
      reported(name, async () => {
        const run = pulumi({ reject: false });
        const exported = await run`pulumi stack export --show-secrets --stack ${name} --non-interactive`;
        if (exported.exitCode === 0) return JSON.parse(exported.stdout) as StackState;
        if (NO_STACK.test(exported.stderr)) return undefined;
        throw new Error(exported.stderr);
      }),
  };
}

const NO_STACK = /no stack named/;

function automatedStack(
  stack: PulumiStack,
  pulumi: ExecaMethod<{ cwd: string; env: Record<string, string> }>,
): Stack {
  const outputs = stack.outputs.bind(stack);
  // After every update the Automation API asks for these by three more processes, a second that nobody needs.
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  const { name } = stack;
  return {
    name,
    preview: (options) => observed(name, options, (run) => stack.preview(run)),
    apply: (options) => observed(name, options, (run) => stack.up(run)),
    destroy: async (options) => {
      await observed(name, options, (run) => stack.destroy(run));
    },
    cancel: () => reported(name, () => stack.cancel()),
    unprotect: async () => {
      await reported(name, () => pulumi`pulumi state unprotect --all --yes --stack ${name}`);
    },
    exportState: () => reported(name, async () => (await stack.exportStack()) as StackState),
    importState: async (state) => {
      // Through a pipe: the state has its secrets in clear and touches no disk.
      const input = JSON.stringify(state);
      await reported(name, () => pulumi({ input })`pulumi stack import --stack ${name}`);
    },
    outputs: () =>
      reported(name, async () =>
        Object.fromEntries(Object.entries(await outputs()).map(([key, { value }]) => [key, value])),
      ),
  };
}

/** Interrupts the engine, unless it knows already. */
function engineSignal(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    const { reason } = signal;
    if (!(reason instanceof Interrupted && reason.engineKnows)) controller.abort(reason);
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return controller.signal;
}

interface PulumiOptions {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly plan?: string;
  readonly color: "never";
}

/** Runs an operation and collects what it changes, and what went wrong in the engine's own words. */
async function observed(
  stack: string,
  { onOutput, onChange, signal, plan }: RunOptions = {},
  operation: (options: PulumiOptions) => Promise<unknown>,
): Promise<Change[]> {
  const changes: Change[] = [];
  const errors = new Set<string>();
  const onEvent = (event: EngineEvent): void => {
    const step = event.resourcePreEvent?.metadata;
    for (const change of step ? changesOf(step as Step) : []) {
      changes.push(change);
      onChange?.(change);
    }
    const diagnostic = event.diagnosticEvent;
    if (diagnostic?.severity === "error") errors.add(plain(diagnostic.message));
  };
  const options = {
    onEvent,
    ...(onOutput && { onOutput }),
    ...(signal && { signal: engineSignal(signal) }),
    ...(plan !== undefined && { plan }),
    color: "never",
  } as const;
  await reported(stack, () => operation(options), errors);
  return changes;
}

/** Pulumi's failures as errors for the operator: its diagnostics, without the command line and the stack trace. */
async function reported<T>(
  stack: string,
  operation: () => Promise<T>,
  diagnostics: ReadonlySet<string> = new Set(),
): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const text = plain((error as Error).message);
    if (error instanceof ConcurrentUpdateError) throw new StackBusy(stack, lockHolders(text));
    const damaged = damagedState(stack, errorLines(text));
    if (damaged) throw damaged;
    const said = [...diagnostics].filter((line) => !GENERIC.test(line));
    throw new UserError(
      said.length > 0 ? said.join("\n") : errorLines(text),
      "Nothing else was changed after this; run the same again once it is mended.",
    );
  }
}

/** What the engine says besides the reason: that it failed, and which steps of a plan it therefore did not come to. */
const GENERIC = /^(preview|update) failed$|^expected resource operations for .* but none were seen$/;

/** What the CLI itself says is wrong, with the list that may follow; everything where it does not say. */
function errorLines(text: string): string {
  const lines = [...text.matchAll(/^error: (.*(?:\n[\t ]+.*)*)$/gm)].map(([, said]) => said);
  return lines.length > 0 ? [...new Set(lines)].join("\n") : text;
}

/** The engine names the hook, `…_beforeUpdate_0`, in front of what our own wait says. */
const HOOK = /^before hook "[^"]*" failed: /;

/** Without the colour marks that the engine puts into its messages. */
const plain = (message: string): string =>
  message
    .replace(/<\{%[^%]*%\}>/g, "")
    .trim()
    .replace(HOOK, "");
