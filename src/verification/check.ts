import type { ObservedStage } from "./observed-stage.ts";

/** What is not as it should be, in a line: where, and the values that disagree. */
export type Problem = string;

/** Something that has to hold at a live stage. */
export interface Check {
  /** One word, as reports name it. */
  readonly name: string;
  /**
   * @returns a line for each thing that does not hold; none where all does
   * @throws UserError for what cannot be found out
   */
  readonly run: (stage: ObservedStage) => Promise<readonly Problem[]>;
}
