import { readRecord } from "../application/live.ts";
import { type LiveTrack, readTracks } from "../application/tracks.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";
import { type Deviation, deviations } from "../model/conformance.ts";
import type { Move } from "../model/lifecycle.ts";
import { appNames, imageReference } from "../model/names.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { PerTrack } from "../model/traffic.ts";
import { type EvaluatedStage, evaluateStage } from "../project/evaluate.ts";
import type { Operator } from "./operator.ts";

/** The stage that the record says is live, and where the cluster is not what that stage asks for. */
export interface Standing {
  readonly record: ReleaseRecord;
  readonly stage: EvaluatedStage;
  readonly tracks: PerTrack<LiveTrack>;
  readonly deviations: readonly Deviation[];
  /** The stage that a move which did not end was going to; undefined when what deviates looks like no stage's. */
  readonly towards: string | undefined;
}

/**
 * Compares the cluster with the stage that its record names: a move that did not end, or somebody's hand, shows.
 * Undefined when nothing was released yet, or when the record's stage is none of the project's.
 */
export async function standing(
  { project }: Pick<Operator, "project">,
  api: KubernetesApi,
): Promise<Standing | undefined> {
  const { app, namespace, lifecycle } = project.config;
  const record = await readRecord(api, namespace, appNames(app.name, namespace).record);
  if (!record || !lifecycle.includes(record.stage)) return undefined;
  const stage = await evaluateStage(project, record.stage, record.release);
  const tracks = await readTracks(api, namespace, stage.plan);
  const live = { previous: tracks.previous.found, canary: tracks.canary.found };
  const against = ({ plan }: EvaluatedStage) =>
    deviations(plan, live, (version) => imageReference(app.image, version));
  const found = against(stage);
  const others = lifecycle.filter((name) => name !== record.stage);
  const candidates =
    found.length === 0 ? [] : await Promise.all(others.map((name) => evaluateStage(project, name)));
  return {
    record,
    stage,
    tracks,
    deviations: found,
    towards: candidates.find((candidate) => explains(against(candidate), found))?.stage,
  };
}

/** Whether a stage asks for some of what another one does not. */
function explains(itsDeviations: readonly Deviation[], deviationsToExplain: readonly Deviation[]): boolean {
  return deviationsToExplain.some(
    ({ object, path }) => !itsDeviations.some((its) => its.object === object && its.path === path),
  );
}

/** The failure of a move with the state that it leaves, and what to do about that. */
export async function explainUnfinished(
  operator: Operator,
  { stage, move }: { readonly stage: string; readonly move: Move },
  error: UserError,
  signal: AbortSignal,
): Promise<UserError> {
  const reason = signal.aborted && signal.reason instanceof UserError ? signal.reason.message : undefined;
  const state = await describeState(operator).catch((failure: Error) => [
    `what is live could not be read: ${failure.message}`,
  ]);
  return new UserError(
    [...(reason ? [reason] : []), error.message, ...state].join("\n"),
    `Go on with: canary ${move === "rollback" ? "rollback" : "promote"} ${stage}. Go back with: canary rollback. Either repairs what is half done.`,
  );
}

async function describeState(operator: Operator): Promise<string[]> {
  const api = await operator.cluster();
  const now = api && (await standing(operator, api));
  if (!now) return ["Nothing is released yet."];
  const { record, deviations: found } = now;
  return [
    `By the release record, ${record.stage} is live${found.length === 0 ? ", and the cluster is as that stage asks for." : ", but not all of it:"}`,
    ...found.map(deviationText),
  ];
}

/** `Deployment httpd-new  backend-weight is 75, canary-25 asks for 25`, without the stage. */
export function deviationText({ object, path, planned, live }: Deviation): string {
  if (path === "") return `  ${object} does not exist`;
  return `  ${object}  ${path.split("/").at(-1)} is ${live ?? "not set"}, asked for is ${planned}`;
}
