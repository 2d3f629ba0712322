import { isBookkeeping } from "../engine/changes.ts";
import { recovering } from "../engine/recovery.ts";
import type { Stack, StateResource } from "../engine/stacks.ts";
import { Refusal } from "../errors.ts";
import type { Operator } from "./operator.ts";
import { type OperationOptions, withLock } from "./with-lock.ts";

/** One stack of a teardown plan: what will be gone with it, and what stays. */
export interface StackTeardown {
  readonly stack: Stack;
  readonly isFounding: boolean;
  /** `Namespace tenancy`, for what is deleted; empty where everything is kept. */
  readonly deleted: readonly string[];
  /** Objects that the stack lets go of without deleting them. */
  readonly kept: number;
}

/**
 * What taking everything down would take down: later stages first, whose objects stay, then the founding stack.
 * @throws Refusal when no stack has anything
 */
export async function planTeardown(operator: Operator): Promise<StackTeardown[]> {
  const { lifecycle, founding, abort } = operator.project.config;
  const later = [abort, ...lifecycle].filter((stage) => stage !== founding).reverse();
  const planned = await Promise.all([...later, founding].map((stage) => planStack(operator, stage)));
  const plan = planned.filter((stack) => stack !== undefined);
  if (plan.length > 0) return plan;
  throw new Refusal("no stage was ever applied", "There is nothing to take down.");
}

/** Undefined for a stack that has no resources, or that does not exist: looking at it does not make it. */
async function planStack({ project, stacks }: Operator, stage: string): Promise<StackTeardown | undefined> {
  const { resources = [] } = (await stacks.stateOf(stage, "encrypted"))?.deployment ?? {};
  if (resources.length === 0) return undefined;
  return {
    stack: await stacks.open(stage),
    isFounding: stage === project.config.founding,
    ...teardownOf(resources),
  };
}

/** Which of a stack's resources a teardown deletes, and how many it keeps. */
export function teardownOf(resources: readonly StateResource[]): Pick<StackTeardown, "deleted" | "kept"> {
  const objects = resources.filter(({ type }) => !isBookkeeping(type));
  const deleted = objects.filter(({ retainOnDelete }) => retainOnDelete !== true);
  return {
    deleted: deleted.map(({ type, urn }) => `${type.split(":").at(-1)} ${urn.split("::").at(-1)}`),
    kept: objects.length - deleted.length,
  };
}

/** Takes down what was planned, in that order; protection is lifted stack by stack, right before. */
export async function tearDown(
  operator: Operator,
  plan: readonly StackTeardown[],
  options: OperationOptions,
): Promise<string[]> {
  const { observer } = options;
  const destroy = async ({ stack }: StackTeardown, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    await observer.phase(`destroy ${stack.name}`, async (note) => {
      await stack.unprotect();
      const onChange = ({ object }: { readonly object: string }) => note(object);
      await recovering(stack, observer, () => stack.destroy({ signal, onChange }));
    });
  };
  const later = plan.filter(({ isFounding }) => !isFounding);
  await withLock(operator, { text: "teardown" }, options, async ({ signal }) => {
    for (const stage of later) await destroy(stage, signal);
  });
  // The lock is an object of the namespace, which goes now.
  for (const stage of plan.filter(({ isFounding }) => isFounding)) await destroy(stage, options.signal);
  return plan.map(({ stack }) => stack.name);
}
