import { UserError } from "../../errors.ts";
import { percent, type Replicas, type Shares, TOLERANCE_POINTS } from "../../model/traffic.ts";

/**
 * Pods of each track when every pod gets the same part of the traffic: the shares divide a total.
 * @throws UserError when no division comes within a percentage point of the shares; it names the nearest shares
 * that the total can give, and a total that can give these
 */
export function countsFor(shares: Shares, total: number): Replicas {
  const canary = nearestCount(shares.canary, total);
  if (misses(canary, shares, total)) throw unreachable(shares, total);
  return { previous: total - canary, canary };
}

/** Percent of the traffic that the canary's pods get. */
export function shareOfCounts({ previous, canary }: Replicas): number {
  return (100 * canary) / (previous + canary);
}

/** A share that is neither nothing nor everything needs a pod on each side, however small it is. */
function nearestCount(share: number, total: number): number {
  const count = Math.round((share * total) / 100);
  if (share === 0 || share === 100) return count;
  return Math.min(Math.max(count, 1), total - 1);
}

function misses(canary: number, shares: Shares, total: number): boolean {
  if (shares.canary > 0 && canary === 0) return true;
  return Math.abs((100 * canary) / total - shares.canary) > TOLERANCE_POINTS;
}

function unreachable(shares: Shares, total: number): UserError {
  const below = Math.floor((shares.canary * total) / 100);
  const nearest = [below, below + 1].map((count) => percent((100 * count) / total)).join(" and ");
  return new UserError(
    `traffic.canary: ${shares.canary} % cannot be given by ${total} pods; the nearest shares are ${nearest}`,
    `Set replicas.total to ${nextTotal(shares, total)}, or change the share.`,
  );
}

/** The next larger total that would do: a multiple of 100 gives every share. */
function nextTotal(shares: Shares, total: number): number {
  let next = total + 1;
  while (misses(nearestCount(shares.canary, next), shares, next)) next++;
  return next;
}
