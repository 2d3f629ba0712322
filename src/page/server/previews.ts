import { UserError } from "../../errors.ts";
import type { StagePreview } from "../../operations/move.ts";
import { previewJson } from "../../results/json.ts";
import { previewSchema } from "../../results/schemas.ts";
import type { ActionRefused, PreviewAnswer } from "../contract.ts";
import { fingerprintOf } from "./fingerprint.ts";

export interface PreviewsOptions {
  /** Makes an exact preview, by the engine. @throws as the operation does */
  readonly make: (stage: string, signal: AbortSignal) => Promise<StagePreview>;
  readonly stages: () => readonly string[];
  /** Whether an action goes on: the engine does one thing at a time. */
  readonly isBusy: () => boolean;
  readonly commandLine: (stage: string) => string;
}

const FOR_ANOTHER = new UserError("this preview was stopped for something else", "Ask for it again.");

/** Previews on demand: one at a time, and one for all who ask for the same stage meanwhile. */
export class Previews {
  readonly #options: PreviewsOptions;
  #running:
    | { readonly stage: string; readonly answer: Promise<PreviewAnswer>; readonly stop: AbortController }
    | undefined;

  constructor(options: PreviewsOptions) {
    this.#options = options;
  }

  async of(stage: string): Promise<PreviewAnswer> {
    const stages = this.#options.stages();
    if (!stages.includes(stage))
      return refused(
        `${JSON.stringify(stage)} is none of the project's stages`,
        `Name one of ${stages.join(", ")}.`,
      );
    if (this.#options.isBusy()) return refused("an action goes on", "Preview once it has ended.");
    for (let running = this.#running; running; running = this.#running) {
      if (running.stage === stage) return running.answer;
      await this.end();
    }
    const stop = new AbortController();
    const answer = this.#make(stage, stop.signal).finally(() => {
      if (this.#running?.stop === stop) this.#running = undefined;
    });
    this.#running = { stage, answer, stop };
    return answer;
  }

  /** Stops the one that is being made, and waits until it has ended. */
  async end(reason: Error = FOR_ANOTHER): Promise<void> {
    const running = this.#running;
    running?.stop.abort(reason);
    await running?.answer.catch(() => undefined);
  }

  async #make(stage: string, signal: AbortSignal): Promise<PreviewAnswer> {
    try {
      const preview = previewSchema.parse(previewJson(await this.#options.make(stage, signal)));
      return { preview, commandLine: this.#options.commandLine(stage), seen: fingerprintOf(preview) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return refused(error.message, error.hint);
    }
  }
}

const refused = (message: string, hint: string): { readonly refused: ActionRefused } => ({
  refused: { message, hint },
});
