import { withRecordedVersions } from "../config/app/recorded.ts";
import type { Config } from "../config/stage.ts";
import type { StagePlan } from "../model/plan.ts";
import type { ReleaseRecord } from "../model/record.ts";
import { routerOf } from "../routers/index.ts";
import type { Router } from "../routers/router.ts";
import type { Project } from "./project.ts";

/** A stage as its files say it, before anything is asked of the cluster. */
export interface EvaluatedStage {
  readonly stage: string;
  readonly config: Config;
  readonly plan: StagePlan;
  readonly router: Router;
}

/**
 * @param live another release than that of Pulumi.yaml, with its versions where the record has them
 * @throws UserError for an unknown stage, or for values that are wrong or cannot be given
 */
export async function evaluateStage(
  project: Project,
  stage: string,
  live?: Pick<ReleaseRecord, "release" | "versions">,
): Promise<EvaluatedStage> {
  const values = await project.stage(stage);
  const config = live ? { ...withRecordedVersions(values, live), release: live.release } : values;
  const router = routerOf(config, project.routers);
  return { stage, config, plan: router.plan(config), router };
}

/** A stage whose versions are as the record has them: what a way back goes back to. */
export function asRecorded(evaluated: EvaluatedStage, record: ReleaseRecord): EvaluatedStage {
  const config = withRecordedVersions(evaluated.config, record);
  return { ...evaluated, config, plan: evaluated.router.plan(config) };
}
