import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesApi } from "../cluster/api.ts";
import { TRACKS } from "../model/names.ts";
import { appliedShare, readRouted, servedShare } from "../routers/live.ts";
import { edgeUrlInTime } from "./address.ts";
import { isApplied } from "./checks/applied.ts";
import { judge, measure } from "./measurement.ts";
import type { LiveStage, VerificationOptions } from "./options.ts";
import type { Target } from "./probe.ts";
import { targetOf } from "./target.ts";

/** Clouds take a minute or two to make a load balancer. */
const ADDRESS_SECONDS = 180;
const SETTLE_SECONDS = 10;
const SETTLE_REQUESTS = 200;
const SETTLE_PAUSE_MS = 200;

/**
 * Waits until every rollout is complete and the edge has taken new pods and weights over: until a small sample fits, and
 * the data plane says so where its statistics are given. Whether the share is right is judged afterwards, by a
 * measurement of its own: nothing is thrown when the time is up.
 * @throws NoAddress when the edge has no address by then
 */
export async function untilSettled(
  api: KubernetesApi,
  stage: LiveStage,
  options: VerificationOptions,
): Promise<void> {
  const waiting = { seconds: options.addressSeconds ?? ADDRESS_SECONDS, signal: options.signal };
  const target = await targetOf(api, stage, options, () => edgeUrlInTime(api, stage, waiting));
  const end = performance.now() + (options.settleSeconds ?? SETTLE_SECONDS) * 1000;
  while (performance.now() < end && options.signal?.aborted !== true) {
    const routed = await readRouted(api, stage);
    const effective = servedShare(routed, stage);
    const isRolledOut = TRACKS.every((track) => routed.tracks[track].rollout.state === "complete");
    if (isRolledOut && effective !== undefined && (await isTakenOver(target, stage, effective, options)))
      return;
    await delay(SETTLE_PAUSE_MS);
  }
}

async function isTakenOver(
  target: Target,
  stage: LiveStage,
  effective: number,
  { stats, signal }: VerificationOptions,
): Promise<boolean> {
  const sample = await measure(target, { requests: SETTLE_REQUESTS, signal });
  if (!judge(sample, stage.release.canary, effective).fits) return false;
  const applied = await appliedShare(stage, stats);
  return applied === undefined ? stats === undefined : isApplied(applied, effective);
}
