import { applicationIn } from "../application/application.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { Refusal } from "../errors.ts";
import { type Deviation, deviations } from "../model/conformance.ts";
import { allStages } from "../model/lifecycle.ts";
import type { ReleaseRecord } from "../model/record.ts";
import { type EvaluatedStage, evaluateStage } from "../project/evaluate.ts";
import type { Project } from "../project/project.ts";
import { type LiveRouting, readRouted } from "../routers/live.ts";

/** The stage that the record says is live, and where the cluster is not what that stage asks for. */
export interface Conformance extends LiveRouting {
  readonly record: ReleaseRecord;
  readonly stage: EvaluatedStage;
  readonly deviations: readonly Deviation[];
  /** The stage that an unfinished move was going to; undefined where no other stage explains what deviates. */
  readonly unfinishedMoveTo: string | undefined;
}

/**
 * Compares the cluster with the stage that its record names. What deviates was left by an unfinished move, or changed
 * by hand. Undefined when nothing was released yet.
 * @throws Refusal when the record's stage is none of the project's
 */
export async function readConformance(
  project: Project,
  api: KubernetesApi,
): Promise<Conformance | undefined> {
  const stages = allStages(project.config);
  const record = await applicationIn(api, project.config).record();
  if (!record) return undefined;
  if (!stages.includes(record.stage)) throw unknownLiveStage(record.stage, stages);
  const stage = await evaluateStage(project, record.stage, record);
  const { tracks, traffic } = await readRouted(api, stage);
  const against = ({ plan }: EvaluatedStage): Deviation[] => [
    ...deviations(plan, tracks),
    ...traffic.deviations(plan),
  ];
  const found = against(stage);
  const others = found.length === 0 ? [] : stages.filter((name) => name !== record.stage);
  const candidates = await Promise.all(others.map((name) => evaluateOther(project, name)));
  return {
    record,
    stage,
    tracks,
    traffic,
    deviations: found,
    unfinishedMoveTo: candidates.find((candidate) => candidate && explains(against(candidate), found))?.stage,
  };
}

const unknownLiveStage = (stage: string, stages: readonly string[]): Refusal =>
  new Refusal(
    `the release record names stage ${stage} as live, which is not in lifecycle: ${stages.join(", ")}`,
    `Put ${stage} back into lifecycle in Pulumi.yaml where it was taken out; or take the canary out with: canary abort`,
  );

/** Undefined for an abort stage that has no file yet: nobody moved there. */
async function evaluateOther(project: Project, name: string): Promise<EvaluatedStage | undefined> {
  const evaluated = evaluateStage(project, name);
  return name === project.config.abort ? evaluated.catch(() => undefined) : evaluated;
}

/** Whether a stage asks for some of what another one does not. */
function explains(itsDeviations: readonly Deviation[], deviationsToExplain: readonly Deviation[]): boolean {
  return deviationsToExplain.some(
    ({ object, path }) => !itsDeviations.some((its) => its.object === object && its.path === path),
  );
}

/** A line, `  Deployment httpd-new  backend-weight is 75, asked for is 25`. */
export function deviationText({ object, path, planned, live }: Deviation): string {
  if (path === "") return `  ${object} does not exist`;
  return `  ${object}  ${path.split("/").at(-1)} is ${live ?? "not set"}, asked for is ${planned}`;
}
