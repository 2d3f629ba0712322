import { setTimeout as delay } from "node:timers/promises";
import { effectiveNow, readTracks, trackProblems } from "../application/tracks.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";
import { fits } from "../model/fit.ts";
import type { Release } from "../model/lifecycle.ts";
import { TRACKS } from "../model/names.ts";
import { percent, type Shares } from "../model/traffic.ts";
import type { EvaluatedStage } from "../project/evaluate.ts";
import { appliedCanaryShare } from "../routers/voyager/applied-share.ts";
import { edgeUrl, edgeUrlInTime } from "./address.ts";
import { judge, type Measurement, measure } from "./measurement.ts";
import type { Target, VersionRule } from "./requests.ts";

export interface VerificationOptions {
  /** At most so many requests. */
  readonly requests: number;
  /** Enough when the share is known to so many percentage points; without it all requests are sent. */
  readonly precision?: number | undefined;
  /** Where the traffic comes in; undefined for the edge's own address. */
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly rule: VersionRule;
  /** After a move, the edge and what still rolls out may take so long to get where they are going. */
  readonly settleSeconds?: number | undefined;
  /** After the first move, the edge may take so long to have an address. */
  readonly addressSeconds?: number | undefined;
  /** HAProxy's statistics as CSV; without it what is applied there is not asked. */
  readonly stats?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The four numbers, percent of the traffic for the canary version. Null where it was not, or could not be, asked. */
export interface FourShares {
  /** What the stage asks for. */
  readonly intended: number;
  /** What the pods that serve now and their weights give. */
  readonly effective: number | null;
  /** What HAProxy has. */
  readonly applied: number | null;
  /** What requests found. */
  readonly measured: number | null;
}

/** A stage measured and looked over. */
export interface Verification {
  readonly url: string;
  readonly stage: string;
  readonly release: Release;
  readonly shares: FourShares;
  readonly measurement: Measurement;
  /** What is not as it should be, a line each; empty when everything fits. */
  readonly problems: readonly string[];
  readonly fits: boolean;
}

/** A stage that is live, with what the cluster says of it. */
export interface LiveStage extends EvaluatedStage {
  readonly release: Release;
  readonly intended: Shares;
}

/** HAProxy may differ from pods and weights by its rounding alone. */
const APPLIED_POINTS = 0.1;
/** Clouds take a minute or two to make a load balancer. */
const ADDRESS_SECONDS = 180;
const SETTLE_SECONDS = 10;
const SETTLE_REQUESTS = 200;
const SETTLE_PAUSE_MS = 200;

/** Measures the share by requests, and looks at pods and HAProxy. */
export async function verifyStage(
  api: KubernetesApi,
  stage: LiveStage,
  options: VerificationOptions,
  onProgress?: (done: number) => void,
): Promise<Verification> {
  const target = await targetOf(api, stage, options);
  const tracks = await readTracks(api, stage.config.namespace, stage.plan);
  const effective = effectiveNow(tracks, stage, stage.config.app.image);
  const applied =
    options.stats === undefined ? undefined : await appliedCanaryShare(options.stats, stage.plan);
  const measurement = await measure(target, { ...options, onProgress });
  options.signal?.throwIfAborted();
  const answered = measurement.requests - measurement.failed;
  const byCanary = measurement.byVersion[stage.release.canary] ?? 0;
  const measured = answered === 0 ? undefined : (100 * byCanary) / answered;
  const problems = [
    ...TRACKS.flatMap((track) => trackProblems(tracks[track])),
    ...Object.entries(measurement.failures).map(([failure, count]) => `${count} requests failed: ${failure}`),
    ...shareProblems(stage, effective, applied),
    ...(measured === undefined || effective === undefined || fits(byCanary, answered, effective)
      ? []
      : [
          `canary ${stage.release.canary} was measured at ${percent(measured)}, which does not fit ${percent(effective)}`,
        ]),
  ];
  return {
    url: target.url,
    stage: stage.stage,
    release: stage.release,
    shares: {
      intended: stage.intended.canary,
      effective: effective ?? null,
      applied: applied ?? null,
      measured: measured ?? null,
    },
    measurement,
    problems,
    fits: problems.length === 0,
  };
}

function shareProblems(
  { plan, release, intended }: LiveStage,
  effective: number | undefined,
  applied: number | undefined,
): string[] {
  if (effective === undefined) return ["no pod takes traffic"];
  const problems: string[] = [];
  const canary = `canary ${release.canary}`;
  if (Math.abs(effective - plan.effectiveCanary) > APPLIED_POINTS) {
    problems.push(
      `${canary} gets ${percent(effective)} by the pods that serve, where the stage gives it ${percent(plan.effectiveCanary)} (intended ${percent(intended.canary)})`,
    );
  }
  if (applied !== undefined && Math.abs(applied - effective) > APPLIED_POINTS) {
    problems.push(
      `${canary} gets ${percent(applied)} in HAProxy, where the pods give it ${percent(effective)}`,
    );
  }
  return problems;
}

/**
 * Waits until every rollout is complete and the edge has taken new pods and weights over: until a small sample fits, and
 * HAProxy says so where its statistics are given. Whether the share is right is judged afterwards, by a measurement of
 * its own.
 */
export async function untilSettled(
  api: KubernetesApi,
  stage: LiveStage,
  options: VerificationOptions,
): Promise<void> {
  const waiting = { seconds: options.addressSeconds ?? ADDRESS_SECONDS, signal: options.signal };
  const url = options.url ?? (await edgeUrlInTime(api, stage.config, waiting));
  const target = await targetOf(api, stage, { ...options, url });
  const end = performance.now() + (options.settleSeconds ?? SETTLE_SECONDS) * 1000;
  while (performance.now() < end && options.signal?.aborted !== true) {
    const tracks = await readTracks(api, stage.config.namespace, stage.plan);
    const effective = effectiveNow(tracks, stage, stage.config.app.image);
    const isRolledOut = TRACKS.every((track) => tracks[track].rollout.state === "complete");
    if (isRolledOut && effective !== undefined && (await isTakenOver(target, stage, effective, options)))
      return;
    await delay(SETTLE_PAUSE_MS);
  }
}

async function isTakenOver(
  target: Target,
  { plan, release }: LiveStage,
  effective: number,
  { stats, signal }: VerificationOptions,
): Promise<boolean> {
  const sample = await measure(target, { requests: SETTLE_REQUESTS, signal });
  if (!judge(sample, release.canary, effective).fits) return false;
  if (stats === undefined) return true;
  const applied = await appliedCanaryShare(stats, plan);
  return applied !== undefined && Math.abs(applied - effective) <= APPLIED_POINTS;
}

async function targetOf(
  api: KubernetesApi,
  { config, release }: LiveStage,
  { url, host, rule }: VerificationOptions,
): Promise<Target> {
  const address = url ?? (await edgeUrl(api, config));
  if (!URL.canParse(address)) {
    throw new UserError(`--url ${address} is no address`, "Give one such as http://www.example.com.");
  }
  return { url: address, host, rule, versions: [release.previous, release.canary] };
}
