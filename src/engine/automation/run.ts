import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { type Change, changesOf, type Step } from "../changes.ts";
import { Interrupted, type RunOptions } from "../stacks.ts";
import { plain, reported } from "./errors.ts";

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

/** What the Automation API is told of a run. */
export interface PulumiOptions {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly plan?: string;
  readonly color: "never";
}

/** Runs an operation and collects what it changes, and what went wrong in the engine's own words. */
export async function observed(
  stack: string,
  { onOutput, onChange, onCreate, signal, plan }: RunOptions = {},
  operation: (options: PulumiOptions) => Promise<unknown>,
): Promise<Change[]> {
  const changes: Change[] = [];
  const errors = new Set<string>();
  const onEvent = (event: EngineEvent): void => {
    const step = event.resourcePreEvent?.metadata;
    if (step?.op === "create") onCreate?.({ inputs: (step as Step).new?.inputs ?? {} });
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
