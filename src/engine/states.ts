import type { StackState, Stacks } from "./stacks.ts";

/** States of stacks, to compare what they hold: their secrets stay encrypted. */
export interface States {
  of(stack: string): Promise<StackState | undefined>;
  /** Milliseconds since the first of them was read. */
  age(): number;
}

/**
 * Begins to read the states that a preview of a stage most likely compares: its own, and that of the stage before it,
 * which is live then. Any other is read when it is asked for.
 */
export function prefetchStates(stacks: Stacks, lifecycle: readonly string[], stage: string): States {
  const began = performance.now();
  const index = lifecycle.indexOf(stage);
  const likely = index < 0 ? [] : [stage, lifecycle.at(index - 1) ?? stage];
  const read = (name: string) => stacks.stateOf(name, "encrypted");
  const states = new Map([...new Set(likely)].map((name) => [name, read(name)]));
  // A failed read is thrown by `of`; one that nobody asks for must not end the process as an unhandled rejection.
  for (const state of states.values()) state.catch(() => undefined);
  return {
    of: (name) => states.get(name) ?? read(name),
    age: () => performance.now() - began,
  };
}
