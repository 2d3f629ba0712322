import { computed, signal } from "@preact/signals";
import type { ActionRefused, PreviewAnswer } from "../contract.ts";
import { type Possibility, possibilities } from "./model/actions.ts";
import { askPreview, begin, cancel } from "./requests.ts";
import { csrf, project, running, status } from "./state.ts";

/** What may be done now. */
export const possible = computed<readonly Possibility[]>(() =>
  status.value && project.value ? possibilities(status.value, project.value) : [],
);

/** What somebody is about to do, or only looks at. */
export interface Intent {
  readonly possibility: Possibility;
  /** A look at the preview alone. */
  readonly looksOnly: boolean;
}

export const intent = signal<Intent | undefined>(undefined);
/** The preview of what is intended; undefined while the engine makes it. */
export const previewed = signal<PreviewAnswer | undefined>(undefined);
export const refused = signal<ActionRefused | undefined>(undefined);

/** Opens what is intended, and asks for its preview; an answer that comes after somebody closed it is dropped. */
export async function intend(possibility: Possibility, looksOnly: boolean): Promise<void> {
  const opened: Intent = { possibility, looksOnly };
  intent.value = opened;
  previewed.value = undefined;
  refused.value = undefined;
  if (possibility.kind === "judge") return;
  const answer = await askPreview(possibility.stage);
  if (intent.peek() === opened) previewed.value = answer;
}

export function drop(): void {
  intent.value = undefined;
}

/** Does what is intended. The page hears of its progress as every other viewer does. */
export async function act(confirmation: string, reason: string): Promise<void> {
  const possibility = intent.value?.possibility;
  if (!possibility || csrf.value === null) return;
  const { kind, stage } = possibility;
  const answer = previewed.value;
  refused.value = await begin(
    {
      kind,
      ...(kind === "promote" || kind === "rollback" ? { stage } : {}),
      ...(kind === "abort" ? { reason } : {}),
      ...(answer && "seen" in answer ? { seen: answer.seen } : {}),
      confirmation,
    },
    csrf.value,
  );
  if (!refused.value) drop();
}

/** Stops the running action as Ctrl-C does. */
export async function stop(): Promise<void> {
  const action = running.value;
  if (action && csrf.value !== null) refused.value = await cancel(action.id, csrf.value);
}
