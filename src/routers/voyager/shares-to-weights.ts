import { UserError } from "../../errors.ts";
import { TRACKS } from "../../model/names.ts";
import { type PerTrack, percent, type Replicas, type Shares, TOLERANCE_POINTS } from "../../model/traffic.ts";

/** HAProxy weight of every single pod of a track, 0 (no new connections) to 256. */
export type Weights = PerTrack<number>;

/** Largest weight of a server: HAProxy configuration manual, server option `weight`. */
export const MAX_WEIGHT = 256;

const MAX_SUGGESTED_REPLICAS = 100;

/**
 * The percent of traffic that the canary gets: HAProxy spreads requests by the weight of each pod, so a track's
 * part is replicas × weight over the sum of both. NaN when no pod takes traffic.
 */
export function effectiveCanaryShare(replicas: Replicas, weights: Weights): number {
  const canary = replicas.canary * weights.canary;
  return (100 * canary) / (canary + replicas.previous * weights.previous);
}

/**
 * Per-pod weights that come nearest to the shares: whole numbers up to 256, written as percentages where these are
 * exact (1 + 1 pods at 75 : 25 weigh 75 and 25).
 * @throws UserError when a share needs pods that are not there, or misses by more than a percentage point
 */
export function weightsFor(shares: Shares, replicas: Replicas): Weights {
  requirePods(shares, replicas);
  const weights = bestWeights(shares, replicas);
  const effective = effectiveCanaryShare(replicas, weights);
  if (Math.abs(effective - shares.canary) <= TOLERANCE_POINTS) return weights;
  throw new UserError(
    `traffic.canary: ${shares.canary} % cannot be given by ${replicas.previous} previous and ${replicas.canary} canary pods; the nearest share is ${percent(effective)}`,
    `Set replicas to ${nearestReplicas(shares, replicas)}, or change the share.`,
  );
}

function requirePods(shares: Shares, replicas: Replicas): void {
  for (const track of TRACKS) {
    if (shares[track] > 0 && replicas[track] === 0) {
      throw new UserError(
        `traffic.${track} is ${shares[track]} % but replicas.${track} is 0`,
        `Set replicas.${track} to at least 1, or traffic.${track} to 0.`,
      );
    }
  }
}

function bestWeights(shares: Shares, replicas: Replicas): Weights {
  if (shares.canary === 0 || shares.previous === 0)
    return { previous: shares.previous, canary: shares.canary };
  const pods = scaledDown(replicas);
  const previous = shares.previous * pods.canary;
  const canary = shares.canary * pods.previous;
  const divisor = greatestCommonDivisor(previous, canary);
  const exact = { previous: previous / divisor, canary: canary / divisor };
  return isPossible(exact) ? asPercentages(exact, pods) : nearestWeights(shares.canary, pods);
}

const isPossible = (weights: Weights): boolean => Math.max(weights.previous, weights.canary) <= MAX_WEIGHT;

/** The same ratio with all pods' weights adding up to 100, where whole numbers can say that. */
function asPercentages(weights: Weights, pods: Replicas): Weights {
  const factor = 100 / (weights.previous * pods.previous + weights.canary * pods.canary);
  return Number.isInteger(factor)
    ? { previous: weights.previous * factor, canary: weights.canary * factor }
    : weights;
}

function nearestWeights(canaryShare: number, pods: Replicas): Weights {
  let best: Weights = { previous: 1, canary: 1 };
  let bestError = Number.POSITIVE_INFINITY;
  for (let previous = 1; previous <= MAX_WEIGHT; previous++) {
    const wanted = (canaryShare * previous * pods.previous) / ((100 - canaryShare) * pods.canary);
    for (const candidate of [Math.floor(wanted), Math.ceil(wanted)]) {
      const weights = { previous, canary: Math.min(Math.max(candidate, 1), MAX_WEIGHT) };
      const error = Math.abs(effectiveCanaryShare(pods, weights) - canaryShare);
      if (error < bestError) [best, bestError] = [weights, error];
    }
  }
  return best;
}

/** Replica counts that give the share, changing the fewest pods. */
function nearestReplicas(shares: Shares, replicas: Replicas): string {
  const options: { pods: Replicas; distance: number }[] = [];
  for (let previous = 1; previous <= MAX_SUGGESTED_REPLICAS; previous++) {
    for (let canary = 1; canary <= MAX_SUGGESTED_REPLICAS; canary++) {
      const pods = { previous, canary };
      const distance = Math.abs(previous - replicas.previous) + Math.abs(canary - replicas.canary);
      if (options.length > 0 && distance >= (options[0]?.distance ?? 0)) continue;
      const effective = effectiveCanaryShare(pods, bestWeights(shares, pods));
      if (Math.abs(effective - shares.canary) <= TOLERANCE_POINTS) options.unshift({ pods, distance });
    }
  }
  const pods = options[0]?.pods ?? { previous: 1, canary: 1 };
  return `previous: ${pods.previous}, canary: ${pods.canary}`;
}

function scaledDown(replicas: Replicas): Replicas {
  const divisor = greatestCommonDivisor(replicas.previous, replicas.canary) || 1;
  return { previous: replicas.previous / divisor, canary: replicas.canary / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
