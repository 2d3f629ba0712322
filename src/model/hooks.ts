import type { Move } from "./lifecycle.ts";

/** When a hook runs. */
export const HOOKS = ["before", "after"] as const;
export type HookName = (typeof HOOKS)[number];

/** What the record says of hooks: the Jobs that have succeeded in this release, by when they run. */
export type HooksDone = Readonly<Partial<Record<HookName, string | undefined>>>;

/** The labels that the pods of every hook carry; none that the router or a Deployment looks for. */
export const everyHooksLabels = (app: string): Readonly<Record<string, string>> => ({
  "canary-stages/app": app,
});

/** Labels of a hook's Job and pods. */
export const hookLabels = (app: string, hook: HookName): Readonly<Record<string, string>> => ({
  ...everyHooksLabels(app),
  "canary-stages/hook": hook,
});

/** Moves that go forward. What goes back, or repeats what is live, runs no hook: it has to be possible whatever is broken. */
const FORWARD: ReadonlySet<Move> = new Set(["first", "new release", "promotion", "override"]);

interface StageForHooks {
  readonly move: Move;
  readonly stage: string;
  readonly lifecycle: readonly string[];
  /** The stage outside of the lifecycle. */
  readonly abort: string;
}

/** The hooks that a stage may run: `after` at the last stage alone, none where the canary is taken out. */
export function hooksAt({ move, stage, lifecycle, abort }: StageForHooks): readonly HookName[] {
  if (!FORWARD.has(move) || stage === abort) return [];
  return stage === lifecycle.at(-1) ? ["before", "after"] : ["before"];
}

/** The parts of a Job that say how it is: Kubernetes API reference. */
export interface JobLike {
  readonly metadata: { readonly name: string; readonly uid?: string };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

export type JobState =
  | { readonly state: "running" | "succeeded" }
  | { readonly state: "failed"; readonly reason: string };

/** How far a Job is. */
export function jobStateOf({ status }: JobLike): JobState {
  const holds = (type: string) =>
    status?.conditions?.find((condition) => condition.type === type && condition.status === "True");
  if (holds("Complete")) return { state: "succeeded" };
  const failed = holds("Failed");
  return failed ? { state: "failed", reason: failed.message ?? "it failed" } : { state: "running" };
}

/** The parts of a Job's pod that say why it failed. */
export interface HookPod {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly status?: {
    readonly reason?: string;
    readonly message?: string;
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly terminated?: { readonly exitCode?: number; readonly reason?: string };
      };
    }[];
  };
}

/** Why a pod of a hook failed: `exit code 3`, `exit code 137 (OOMKilled)`, `not done within 300 s`. */
export function hookFailure(
  { status }: HookPod,
  { container, timeoutSeconds }: { readonly container: string; readonly timeoutSeconds: number },
): string | undefined {
  const { waiting, terminated } =
    status?.containerStatuses?.find(({ name }) => name === container)?.state ?? {};
  const why = waiting?.reason && [waiting.reason, waiting.message].filter(Boolean).join(": ");
  if (status?.reason === "DeadlineExceeded")
    return [`not done within ${timeoutSeconds} s`, why].filter(Boolean).join("; ");
  if (terminated?.exitCode !== undefined) {
    const { exitCode, reason } = terminated;
    return `exit code ${exitCode}${reason === undefined || reason === "Error" ? "" : ` (${reason})`}`;
  }
  return why || status?.message;
}
