import { routerOf } from "../components/edge/index.ts";
import type { Router } from "../components/edge/router.ts";
import type { Config } from "../config.ts";
import type { StagePlan } from "../model/plan.ts";
import type { Project } from "./project.ts";

/** A stage as its files say it, before anything is asked of the cluster. */
export interface EvaluatedStage {
  readonly stage: string;
  readonly config: Config;
  readonly plan: StagePlan;
  readonly router: Pick<Router, "podWeight" | "addressPath">;
}

/** @throws UserError for an unknown stage, or for values that are wrong or cannot be given */
export async function evaluateStage(project: Project, stage: string): Promise<EvaluatedStage> {
  const config = await project.stage(stage);
  const router = routerOf(config);
  return { stage, config, plan: router.plan(config), router };
}
