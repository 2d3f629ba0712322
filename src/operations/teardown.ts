import { recovering } from "../engine/recovery.ts";
import type { Stack, StateResource } from "../engine/stacks.ts";
import { Refusal } from "../errors.ts";
import { type GuardOptions, underLock } from "./guarded.ts";
import type { Operator } from "./operator.ts";

/** A stack that is taken down, and what of it will be gone. */
export interface Doomed {
  readonly stack: Stack;
  readonly isFounding: boolean;
  /** `Namespace tenancy`, for what is deleted; empty where everything is kept. */
  readonly deleted: readonly string[];
  /** Objects that the stack lets go of without deleting them. */
  readonly kept: number;
}

/** Resources that are nothing but Pulumi's own. */
const BOOKKEEPING = /^(pulumi:|canary-stages:)/;

/**
 * What taking everything down would take down: later stages first, whose objects stay, then the founding stack.
 * @throws Refusal when no stack has anything
 */
export async function planTeardown(operator: Operator): Promise<Doomed[]> {
  const { lifecycle, founding } = operator.project.config;
  const later = lifecycle.filter((stage) => stage !== founding).reverse();
  const doomed = await Promise.all([...later, founding].map((stage) => doom(operator, stage)));
  const found = doomed.filter((stack) => stack !== undefined);
  if (found.length > 0) return found;
  throw new Refusal("no stage was ever applied", "There is nothing to take down.");
}

/** Undefined for a stack that has nothing; one that was never made is not made to be looked at. */
async function doom({ project, stacks }: Operator, stage: string): Promise<Doomed | undefined> {
  const { resources = [] } = (await stacks.stateOf(stage, "encrypted"))?.deployment ?? {};
  if (resources.length === 0) return undefined;
  return {
    stack: await stacks.open(stage),
    isFounding: stage === project.config.founding,
    ...fateOf(resources),
  };
}

/** What becomes of a stack's resources. */
export function fateOf(resources: readonly StateResource[]): Pick<Doomed, "deleted" | "kept"> {
  const objects = resources.filter(({ type }) => !BOOKKEEPING.test(type));
  const deleted = objects.filter(({ retainOnDelete }) => retainOnDelete !== true);
  return {
    deleted: deleted.map(({ type, urn }) => `${type.split(":").at(-1)} ${urn.split("::").at(-1)}`),
    kept: objects.length - deleted.length,
  };
}

/** Takes down what was planned, in that order; protection is lifted stack by stack, right before. */
export async function tearDown(
  operator: Operator,
  doomed: readonly Doomed[],
  options: GuardOptions,
): Promise<string[]> {
  const { observer } = options;
  const destroy = async ({ stack }: Doomed, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    await observer.phase(`destroy ${stack.name}`, async (note) => {
      await stack.unprotect();
      const onChange = ({ object }: { readonly object: string }) => note(object);
      await recovering(stack, observer, () => stack.destroy({ signal, onChange }));
    });
  };
  const later = doomed.filter(({ isFounding }) => !isFounding);
  await underLock(operator, operator.project.config, "teardown", options, async (signal) => {
    for (const stage of later) await destroy(stage, signal);
  });
  // The lock is an object of the namespace, which goes now.
  for (const stage of doomed.filter(({ isFounding }) => isFounding)) await destroy(stage, options.signal);
  return doomed.map(({ stack }) => stack.name);
}
