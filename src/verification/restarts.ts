import { applicationIn } from "../application/application.ts";
import type { LiveTrack } from "../application/tracks.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { sameRelease } from "../model/lifecycle.ts";
import { TRACKS } from "../model/names.ts";
import type { Pod } from "../model/pods.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";
import { readRouted } from "../routers/live.ts";
import type { LiveStage, RestartCounts } from "./options.ts";

/**
 * From when on restarts count: those beyond what was counted when a move began; or those since a time, undefined where
 * none is known and every restart counts.
 */
export type RestartBaseline = { readonly counts: RestartCounts } | { readonly since: Date | undefined };

export const podsOf = (tracks: PerTrack<LiveTrack>): Pod[] =>
  TRACKS.flatMap((track) => tracks[track].replicaSets.flatMap(({ pods }) => pods));

/** Counts the restarts so far: taken when a move begins, it tells those of the move from those of before. */
export async function countRestarts(api: KubernetesApi, stage: EvaluatedStage): Promise<RestartCounts> {
  const { tracks } = await readRouted(api, stage);
  return new Map(podsOf(tracks).map(({ name, restarts }) => [name, restarts]));
}

/**
 * When the move to the live stage began, by the history. That time is of the clock of whoever moved, and a restart's is
 * of its node's: a clock that is wrong by a minute misjudges the restarts of that minute. Undefined for a stage that
 * was applied without `canary`, or so many moves ago that the history has forgotten it.
 */
export async function beginOfMove(
  api: KubernetesApi,
  { stage, release, config }: LiveStage,
): Promise<Date | undefined> {
  const moves = await applicationIn(api, config).history();
  const move = moves.find(
    ({ result, ...made }) =>
      (result === "done" || result === "does not fit") &&
      made.stage === stage &&
      sameRelease(made.release, release),
  );
  return move && new Date(move.time);
}

/** That a pod's containers were restarted since; undefined when they were not. */
export function restartProblem(pod: Pod, baseline: RestartBaseline): string | undefined {
  const restarts = pod.restarts - ("counts" in baseline ? (baseline.counts.get(pod.name) ?? 0) : 0);
  if (restarts <= 0) return undefined;
  const times = restarts === 1 ? "once" : `${restarts} times`;
  if ("counts" in baseline || pod.lastRestart === undefined) return `Pod ${pod.name}: restarted ${times}`;
  const { since } = baseline;
  if (since !== undefined && Date.parse(pod.lastRestart) < since.getTime()) return undefined;
  return `Pod ${pod.name}: restarted ${times}, last at ${pod.lastRestart}`;
}
