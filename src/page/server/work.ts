import type { ReleaseEvent } from "../../model/event.ts";
import { allStages } from "../../model/lifecycle.ts";
import type { Operator } from "../../operations/operator.ts";
import type { Identity } from "../../process/identity.ts";
import type { Project } from "../../project/project.ts";
import { evidenceJson } from "../../results/json.ts";
import { evidenceSchema } from "../../results/schemas.ts";
import type { VerificationOptions } from "../../verification/options.ts";
import type { ActionRequest } from "../contract.ts";
import { type ActionResult, type ActionRun, Actions } from "./actions.ts";
import { commandLineOf, previewLineOf, type SharedWords } from "./command-line.ts";
import { Previews } from "./previews.ts";
import type { PageStore } from "./store.ts";

/** What an action or a preview works with: opened for each, as a command is. */
export interface Opened {
  readonly operator: Operator;
  readonly identity: Identity;
  /** Told what others are to be told. */
  readonly onEvent: ((event: ReleaseEvent) => void) | undefined;
  end(): Promise<void>;
}

export interface WorkOptions {
  readonly words: SharedWords;
  readonly verification: VerificationOptions;
  /** @throws UserError as a command does */
  readonly open: (signal: AbortSignal) => Promise<Opened>;
  /** Told a failure that nobody foresaw. */
  readonly onDefect: (error: unknown) => void;
}

/** What is done from a page: actions and previews, which take turns. @param project as its files are now */
export function pageWork(
  store: PageStore,
  project: () => Project,
  options: WorkOptions,
): { readonly actions: Actions; readonly previews: Previews } {
  const { words, onDefect } = options;
  const previews = new Previews({
    stages: () => allStages(project().config),
    isBusy: () => actions.isBusy,
    commandLine: (stage) => previewLineOf(stage, words),
    make: (stage, signal) =>
      opened(options.open, signal, async ({ operator }) =>
        (await import("../../operations/move.ts")).previewStage(operator, stage, { signal }),
      ),
  });
  const actions: Actions = new Actions({
    state: () => store.state,
    commandLine: (request) => commandLineOf(request, words),
    tell: (action) => store.change({ action }),
    onDefect,
    run: async (request, run) => {
      await previews.end();
      return runOpened(request, run, store, options);
    },
  });
  return { actions, previews };
}

async function runOpened(
  request: ActionRequest,
  { observer, signal }: ActionRun,
  store: PageStore,
  { open, verification }: WorkOptions,
): Promise<ActionResult> {
  // Loaded late: a page that only shows has no use for what moves.
  const [{ runAction }, { withLook }] = await Promise.all([import("./run-action.ts"), import("./soak.ts")]);
  return opened(open, signal, ({ operator, identity, onEvent }) =>
    runAction(request, {
      operator,
      identity,
      observer: { ...observer, ...(onEvent && { event: onEvent }) },
      signal,
      verification,
      onLook: (evidence, stage) => {
        const { gate } = operator.project.config;
        const look = evidenceSchema.parse(evidenceJson(evidence));
        if (gate) store.change({ soak: withLook(store.state.soak, stage, look, gate) });
      },
    }),
  );
}

/** Works with what is opened for it, and ends that. */
async function opened<T>(
  open: WorkOptions["open"],
  signal: AbortSignal,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const found = await open(signal);
  try {
    return await work(found);
  } finally {
    await found.end();
  }
}
