import { applicationOf } from "../application/application.ts";
import { recovering } from "../engine/recovery.ts";
import type { Stack, StackState } from "../engine/stacks.ts";
import { deletableState } from "../engine/state-transfer.ts";
import { Refusal } from "../errors.ts";
import { shellWord } from "../process/shell.ts";
import type { Operator } from "./operator.ts";
import { findStrangers, removeOwnNotes } from "./strangers.ts";
import { objectsIn, type StackObjects } from "./teardown-objects.ts";
import { type OperationOptions, withLock } from "./with-lock.ts";

/** One stack of a teardown: what will be gone with it, and what stays. */
export interface StackTeardown extends StackObjects {
  readonly stack: Stack;
  readonly part: "stage" | "application" | "foundation";
}

/** What taking everything down takes down, in that order. */
export interface TeardownPlan {
  readonly stacks: readonly StackTeardown[];
  /** Objects of somebody else that go with the namespace, `ConfigMap/theirs`. */
  readonly strangers: readonly string[];
  /** ConfigMaps and Secrets of versions that the record lists: some of them are no stack's any more. */
  readonly objects: readonly string[];
  /** The namespace was there before, and stays. */
  readonly keepsNamespace: boolean;
}

/**
 * What taking everything down would take down: the stages, whose objects stay as long as another stage has them; the
 * application with the one that is live; and at last the foundation.
 * @throws Refusal when no stack has anything
 */
export async function planTeardown(operator: Operator): Promise<TeardownPlan> {
  const { lifecycle, founding, abort } = operator.project.config;
  const record = await (await applicationOf(operator))?.record();
  const applied = await statesOf(operator, [abort, ...lifecycle].reverse());
  const live = applied.find(({ name }) => name === record?.stage) ?? applied[0];
  const [foundation] = await statesOf(operator, [founding]);
  const stacks = [
    ...(await planned(operator, without(applied, live), "stage")),
    ...(await planned(operator, live ? [live] : [], "application")),
    ...(await planned(operator, foundation ? [foundation] : [], "foundation")),
  ];
  if (stacks.length === 0) throw new Refusal("nothing was ever applied", "There is nothing to take down.");
  const isGone = stacks.some(({ deleted }) => deleted.some((object) => object.startsWith("Namespace ")));
  const states = [...applied, ...(foundation ? [foundation] : [])].map(({ state }) => state);
  return {
    stacks,
    strangers: isGone ? await findStrangers(operator, states) : [],
    objects: record?.objects ?? [],
    keepsNamespace: foundation !== undefined && !isGone,
  };
}

interface NamedState {
  readonly name: string;
  readonly state: StackState;
}

/** States of those stacks that have resources: looking at one that does not exist does not make it. */
async function statesOf({ stacks }: Operator, names: readonly string[]): Promise<NamedState[]> {
  const found = await Promise.all(
    names.map(async (name) => ({ name, state: await stacks.stateOf(name, "encrypted") })),
  );
  return found.flatMap(({ name, state }) =>
    state?.deployment.resources?.length ? [{ name, state } satisfies NamedState] : [],
  );
}

const without = <T>(all: readonly T[], one: T | undefined): T[] => all.filter((other) => other !== one);

function planned(
  { stacks }: Operator,
  states: readonly NamedState[],
  part: StackTeardown["part"],
): Promise<StackTeardown[]> {
  return Promise.all(
    states.map(async ({ name, state }) => ({
      stack: await stacks.open(name),
      part,
      ...objectsIn(part === "application" ? deletableState(state) : state),
    })),
  );
}

export interface TeardownOptions extends OperationOptions {
  /** Objects of somebody else that may go, `ConfigMap/theirs`. */
  readonly mayDelete: readonly string[];
}

/** @throws Refusal that names each object of somebody else that would go without having been named */
export function requireStrangersNamed({ strangers }: TeardownPlan, mayDelete: readonly string[]): void {
  const unnamed = strangers.filter((object) => !mayDelete.includes(object));
  if (unnamed.length === 0) return;
  const named = strangers.map((object) => `--delete-foreign ${shellWord(object)}`);
  throw new Refusal(
    `the namespace has objects of somebody else, which would be deleted with it: ${unnamed.join(", ")}`,
    `Move them elsewhere, or name each: canary teardown ${named.join(" ")}`,
  );
}

/**
 * Takes down what was planned, in that order; protection is lifted stack by stack, right before.
 * @returns the stacks that were destroyed
 * @throws Refusal for somebody else's objects, or for a lock; UserError with what failed
 */
export async function tearDown(
  operator: Operator,
  plan: TeardownPlan,
  { mayDelete, ...options }: TeardownOptions,
): Promise<string[]> {
  requireStrangersNamed(plan, mayDelete);
  const { observer } = options;
  const destroy = async ({ stack, part }: StackTeardown, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    await observer.phase(`destroy ${stack.name}`, async (note) => {
      if (part === "foundation") await stack.unprotect();
      // The objects stay with every stage's stack but with the last one.
      if (part === "application") await stack.importState(deletableState(await stack.exportState()));
      const onChange = ({ object }: { readonly object: string }) => note(object);
      await recovering(stack, observer, () => stack.destroy({ signal, onChange }));
    });
  };
  const isFoundation = ({ part }: StackTeardown): boolean => part === "foundation";
  await withLock(operator, { text: "teardown" }, options, async ({ signal }) => {
    for (const stage of plan.stacks.filter((stack) => !isFoundation(stack))) await destroy(stage, signal);
  });
  // The lock is an object of the namespace, which goes now.
  for (const stack of plan.stacks.filter(isFoundation)) await destroy(stack, options.signal);
  if (plan.keepsNamespace) await removeOwnNotes(operator, plan.objects);
  return plan.stacks.map(({ stack }) => stack.name);
}
