import { type Ended, runToEnd } from "../process/run-to-end.ts";

/**
 * What every process of the CLI gets in its environment. Where a stage's file does not name the key of its secrets, as
 * in a clone from before its stack was made, the one that its state names is taken.
 */
export const PULUMI_ENVIRONMENT = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
  // A tenth of the time of processes that live for seconds is collecting garbage; Go's own default is 100.
  GOGC: process.env.GOGC ?? "400",
} as const;

/** Lists the stacks of the project that exist in the backend. */
export const LIST_STACKS = ["stack", "ls", "--json"] as const;

/** Gives what a stack exports, secrets in clear. */
export const stackOutputs = (stack: string): readonly string[] => [
  "stack",
  "output",
  "--json",
  "--show-secrets",
  "--stack",
  stack,
];

/** Runs the CLI on PATH in a project's folder, with the backend and the passphrase of this process's environment. */
export const runPulumi: RunPulumi = (directory, args, signal) =>
  runToEnd("pulumi", [...args, "--non-interactive", "--color", "never"], {
    cwd: directory,
    env: { ...process.env, ...PULUMI_ENVIRONMENT },
    signal,
  });

/** @throws Error when the CLI cannot be started; the signal's reason when it aborts */
export type RunPulumi = (directory: string, args: readonly string[], signal?: AbortSignal) => Promise<Ended>;
