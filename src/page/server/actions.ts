import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Interrupted } from "../../engine/stacks.ts";
import { UserError } from "../../errors.ts";
import type { Observer } from "../../operations/observer.ts";
import { exitCodeOfFailure } from "../../results/exit.ts";
import type { ActionRefused, ActionRequest, PageAction, PageProject, PageState } from "../contract.ts";
import { ActionReport } from "./report.ts";

const text = z.string().max(500);

export const actionRequest = z.strictObject({
  kind: z.enum(["promote", "rollback", "abort", "judge"]),
  stage: text.optional(),
  reason: text.optional(),
  seen: text.optional(),
  confirmation: text,
}) satisfies z.ZodType<ActionRequest>;

/** What an action works with. */
export interface ActionRun {
  readonly observer: Observer;
  /** Aborts when somebody cancels the action, or stops the command. */
  readonly signal: AbortSignal;
}

export type ActionResult = NonNullable<PageAction["result"]>;

export interface ActionsOptions {
  readonly state: () => PageState;
  /** Makes the move. @throws as the operation does */
  readonly run: (request: ActionRequest, run: ActionRun) => Promise<ActionResult>;
  /** What would do the same in a shell. */
  readonly commandLine: (request: ActionRequest) => string;
  /** Told the action whenever something of it is new. */
  readonly tell: (action: PageAction) => void;
  /** Told a failure that nobody foresaw. */
  readonly onDefect: (error: unknown) => void;
}

interface Running {
  readonly id: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** What is done from the page: one action at a time, whoever asks for it. */
export class Actions {
  readonly #options: ActionsOptions;
  #running: Running | undefined;

  constructor(options: ActionsOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Begins an action. @returns its id, or why it does not begin */
  begin(request: ActionRequest): { readonly id: string } | ActionRefused {
    const refused = this.#running
      ? busy(this.#options.state().action)
      : refusal(request, this.#options.state());
    if (refused) return refused;
    const id = randomUUID();
    const controller = new AbortController();
    const report = new ActionReport(
      request,
      { id, commandLine: this.#options.commandLine(request) },
      this.#options.tell,
    );
    const ended = this.#run(request, report, controller.signal).then((result) => {
      this.#running = undefined;
      report.end(result);
    });
    this.#running = { id, controller, ended };
    return { id };
  }

  /** @returns false where no such action goes on */
  cancel(id: string): boolean {
    if (this.#running?.id !== id) return false;
    this.#running.controller.abort(new Interrupted(false));
    return true;
  }

  /** Stops what goes on, and waits until it has ended in good order. */
  async end(reason: Error): Promise<void> {
    this.#running?.controller.abort(reason);
    await this.#running?.ended;
  }

  async #run(request: ActionRequest, { observer }: ActionReport, signal: AbortSignal): Promise<ActionResult> {
    try {
      return await this.#options.run(request, { observer, signal });
    } catch (error) {
      if (!(error instanceof UserError)) this.#options.onDefect(error);
      const { message, hint = "" } = error as Error & { readonly hint?: string };
      return { exitCode: exitCodeOfFailure(error), message, hint };
    }
  }
}

const busy = (action: PageAction | null): ActionRefused => ({
  message: `${action?.commandLine ?? "an action"} goes on`,
  hint: "Wait until it has ended, or cancel it.",
});

/** Why a request is none that can be begun: what the lifecycle allows is for the operation to say. */
function refusal(request: ActionRequest, { project, status }: PageState): ActionRefused | undefined {
  const { kind, stage } = request;
  const needsStage = kind === "promote" || kind === "rollback";
  if (needsStage && !isKnown(stage, project))
    return {
      message: `${stage ?? "no stage"} is none of the project's stages`,
      hint: `Name one of ${project.lifecycle.join(", ")}.`,
    };
  const expected = kind === "abort" ? "abort" : kind === "judge" ? status?.live?.stage : stage;
  if (expected !== undefined && request.confirmation === expected) return undefined;
  return {
    message: `the confirmation is ${JSON.stringify(request.confirmation)}, and has to be ${JSON.stringify(expected ?? "")}`,
    hint: "Type it as it is shown.",
  };
}

const isKnown = (stage: string | undefined, { lifecycle, abort }: PageProject): stage is string =>
  stage !== undefined && [...lifecycle, abort].includes(stage);
