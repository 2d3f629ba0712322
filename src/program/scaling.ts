import * as pulumi from "@pulumi/pulumi";
import type { KubernetesApi } from "../cluster/api.ts";
import { handOverCount, raiseMinimum, removeAutoscaler, setMinimum } from "../cluster/autoscaling.ts";
import { type LiveCounts, podsFirst } from "../model/autoscaling.ts";
import { TRACKS, type TrackName } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";
import { percent } from "../model/traffic.ts";
import type { Router } from "../routers/router.ts";

/** Who has the count of a track's pods in hand, while a stage is applied. */
export interface StageScaling {
  /** Awaited before a track's Deployment changes: to its autoscaler, or back from it. */
  readonly handOver: (track: TrackName) => Promise<void>;
  /** Awaited before a track gets more: it is asked for the pods that its share needs. */
  readonly raise: (track: TrackName) => Promise<void>;
  /** Once the stage is in place: every minimum is the configuration's again, and no autoscaler is left that no track has. */
  readonly settle: () => Promise<void>;
}

export interface ScalingArgs {
  readonly router: Pick<Router, "edgeHoldsShares">;
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly plan: StagePlan;
  readonly live: LiveCounts;
}

/** For tracks that may have an autoscaler each; undefined where the shares are made of counts, which nothing else may change. */
export function stageScaling({ router, api, namespace, plan, live }: ScalingArgs): StageScaling | undefined {
  if (!router.edgeHoldsShares) return undefined;
  const raised = new Set<TrackName>();
  const scaled = (track: TrackName) => ({ namespace, name: plan.tracks[track].name });
  return {
    handOver: (track) => {
      const { autoscaling } = plan.tracks[track];
      return autoscaling
        ? handOverCount(api, scaled(track), autoscaling.min)
        : removeAutoscaler(api, scaled(track));
    },
    raise: async (track) => {
      const first = podsFirst(track, plan, live);
      if (!first) return;
      const { name, effectiveShare } = plan.tracks[track];
      if (first.needed > first.pods) {
        await pulumi.log.warn(
          `${percent(effectiveShare)} of the traffic need ${first.needed} pods by what carries it now: ${name} gets ${first.pods}, its replicas.${track}.max`,
        );
      }
      if (await raiseMinimum(api, scaled(track), first.pods)) raised.add(track);
    },
    settle: async () => {
      await Promise.all(
        TRACKS.map((track) => {
          const { autoscaling } = plan.tracks[track];
          if (!autoscaling) return removeAutoscaler(api, scaled(track));
          return raised.delete(track) ? setMinimum(api, scaled(track), autoscaling.min) : undefined;
        }),
      );
    },
  };
}
