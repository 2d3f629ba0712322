import type { LiveTrack } from "../../application/tracks.ts";
import { TRACKS } from "../../model/names.ts";
import { podProblem } from "../../model/pods.ts";
import { percent } from "../../model/traffic.ts";
import type { Check, Problem } from "../check.ts";
import { podsOf, restartProblem } from "../restarts.ts";

/** The effective share may differ from the planned one by rounding alone, in percentage points. */
const ROUNDING_POINTS = 0.1;

/** The Deployments are rolled out, their pods stay up, and give the canary the share that the stage asks for. */
export const podsCheck: Check = {
  name: "pods",
  run: async (stage) => {
    const tracks = await stage.tracks();
    const baseline = await stage.restartBaseline();
    const effective = await stage.effective();
    const { plan, release, intended } = stage;
    return [
      ...TRACKS.flatMap((track) => trackProblems(tracks[track])),
      ...podsOf(tracks).flatMap((pod) => restartProblem(pod, baseline) ?? []),
      ...(effective === undefined ? ["no pod takes traffic"] : []),
      ...(effective !== undefined && Math.abs(effective - plan.effectiveCanary) > ROUNDING_POINTS
        ? [
            `canary ${release.canary} gets ${percent(effective)} by the pods that serve, where the stage gives it ${percent(plan.effectiveCanary)} (intended ${percent(intended.canary)})`,
          ]
        : []),
    ];
  },
};

function trackProblems({ deployment, found, rollout, replicaSets }: LiveTrack): Problem[] {
  if (!found) return [`Deployment ${deployment} does not exist`];
  return [
    ...(rollout.state === "complete" ? [] : [`Deployment ${deployment}: ${rollout.reason}`]),
    ...replicaSets.flatMap(({ pods }) => pods).flatMap((pod) => podProblem(pod) ?? []),
  ];
}
