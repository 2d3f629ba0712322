import type { LiveTrack } from "../application/tracks.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import type { PerTrack } from "../model/traffic.ts";
import { appliedShare, readRouted, servedShare } from "../routers/live.ts";
import { type Measurement, measure } from "./measurement.ts";
import type { LiveStage, VerificationOptions } from "./options.ts";
import type { Target } from "./probe.ts";
import { beginOfMove, type RestartBaseline } from "./restarts.ts";
import { targetOf } from "./target.ts";

/** A live stage with what can be read of it. Each reading is made at its first use, and once: all checks see the same. */
export interface ObservedStage extends LiveStage {
  /** Both Deployments with their pods. */
  readonly tracks: () => Promise<PerTrack<LiveTrack>>;
  /** Percent of the traffic that the pods that serve give the canary version; undefined when none serves. */
  readonly effective: () => Promise<number | undefined>;
  /** Percent that the data plane gives the canary version; undefined where it is not to be asked, or gives none. */
  readonly applied: () => Promise<number | undefined>;
  /** Which version answered how many requests. */
  readonly measurement: () => Promise<Measurement>;
  readonly restartBaseline: () => Promise<RestartBaseline>;
  /** What the measurement asks. */
  readonly target: Target;
}

/**
 * @param onProgress told of each request of the measurement
 * @throws UserError for a target that cannot be asked
 */
export async function observe(
  api: KubernetesApi,
  stage: LiveStage,
  options: VerificationOptions,
  onProgress?: (done: number) => void,
): Promise<ObservedStage> {
  const { stats, restartsBefore } = options;
  const target = await targetOf(api, stage, options);
  const routed = once(() => readRouted(api, stage));
  return {
    ...stage,
    target,
    tracks: async () => (await routed()).tracks,
    effective: once(async () => servedShare(await routed(), stage)),
    applied: once(() => appliedShare(stage, stats)),
    measurement: once(() => measure(target, { ...options, onProgress })),
    restartBaseline: once(async () =>
      restartsBefore ? { counts: restartsBefore } : { since: await beginOfMove(api, stage) },
    ),
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}
