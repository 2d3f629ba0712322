import type { Config } from "../config/stage.ts";
import type { Release } from "../model/lifecycle.ts";
import type { StagePlan } from "../model/plan.ts";
import type { Planner } from "../routers/planner.ts";
import { plannerOf } from "../routers/planners.ts";
import type { Project } from "./project.ts";

/** A stage as its files say it, before anything is asked of the cluster. */
export interface EvaluatedStage {
  readonly stage: string;
  readonly config: Config;
  readonly plan: StagePlan;
  readonly planner: Planner;
}

/**
 * @param release another release than that of Pulumi.yaml: the one that is live
 * @throws UserError for an unknown stage, or for values that are wrong or cannot be given
 */
export async function evaluateStage(
  project: Project,
  stage: string,
  release?: Release,
): Promise<EvaluatedStage> {
  const values = await project.stage(stage);
  const config = release ? { ...values, release } : values;
  const planner = plannerOf(config);
  return { stage, config, plan: planner.plan(config), planner };
}
