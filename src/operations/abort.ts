import { Refusal } from "../errors.ts";
import { allStages, releaseToAbort, sameRelease } from "../model/lifecycle.ts";
import { evaluateStage } from "../project/evaluate.ts";
import { type Conformance, readConformance } from "./conformance.ts";
import { type PlannedMove, planMove } from "./move.ts";
import type { Operator } from "./operator.ts";
import type { MoveOutcome } from "./outcome.ts";
import { type Confirmation, type MoveOptions, runMove } from "./pipeline.ts";
import { requireApplication } from "./require-application.ts";
import { wayBack } from "./way-back.ts";
import { withLock } from "./with-lock.ts";

export interface AbortOptions extends MoveOptions, Confirmation<PlannedMove> {
  /** Why, for the record and the history; empty where nobody says. */
  readonly reason: string;
}

/**
 * Takes the canary out in one step, from any point of a release: all traffic to the version that was live before. What
 * serves is ready before what is taken out goes, and nobody waits for the canary.
 * @throws Refusal when nothing was released yet, or when somebody else holds the lock; MoveFailed with what failed
 */
export function abort(operator: Operator, options: AbortOptions): Promise<MoveOutcome> {
  const purpose = { text: "abort", stack: operator.project.config.abort };
  return withLock(operator, purpose, options, ({ signal }) => {
    const underLock = { ...options, signal };
    return runMove(
      operator,
      wayBack(operator, () => planAbort(operator), underLock),
      underLock,
    );
  });
}

/** What is live, as far as an abort asks. */
type Compared = Pick<Conformance, "record" | "deviations">;

/**
 * The move that takes the canary out: to the abort stage. Where a release is done, and a newer one has begun whose commit
 * was already taken back, it is to the stage that is live by the record: the abort stage would go one version too far.
 * @throws Refusal when nothing was released yet
 */
export async function planAbort(operator: Operator): Promise<PlannedMove> {
  const application = await requireApplication(operator);
  const record = await application.record();
  // Nothing can be compared with a stage that the project does not have; the canary can be taken out all the same.
  if (record && !allStages(operator.project.config).includes(record.stage)) {
    return planAbortOf(operator, { record, deviations: [] });
  }
  const conformance = await readConformance(operator.project, application.api);
  if (conformance) return planAbortOf(operator, conformance);
  throw new Refusal("nothing was released to this cluster yet", "There is no canary to take out.");
}

/** The same, of what was read already. */
export async function planAbortOf(operator: Operator, conformance: Compared): Promise<PlannedMove> {
  const { project } = operator;
  const { record } = conformance;
  const { abort: abortStage, release } = project.config;
  const stage = isFollowedByTakenBack(conformance, release) ? record.stage : abortStage;
  const aborted = stage === abortStage ? releaseToAbort(release, record) : record.release;
  return planMove(operator, await evaluateStage(project, stage, { release: aborted }), "way back");
}

/** Whether a version runs that neither the record, with a release that is done, nor Pulumi.yaml knows of. */
function isFollowedByTakenBack(
  { record, deviations }: Compared,
  release: Conformance["record"]["release"],
): boolean {
  const isDone = record.liveVersion === record.release.canary;
  return (
    isDone &&
    sameRelease(record.release, release) &&
    deviations.some(({ path }) => path === "image" || path === "version")
  );
}
