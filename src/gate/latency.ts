import { mean, onsetWeight } from "./look.ts";
import type { LatencyParameters } from "./parameters.ts";

/** Requests that the edge's moving average of response times spans. Source: docs/gate.md. */
export const SPAN = 512;

/**
 * Mean response time of the requests between two readings of the edge's moving average (`rtime`), in milliseconds.
 * Each request moves the average by 1/512 of its distance, so after `n` of them (511/512)^n of what was before is left.
 * @param n requests between the readings; the average has to have seen 512 before the first one
 */
export function blockMean(before: number, after: number, n: number): number {
  const left = ((SPAN - 1) / SPAN) ** n;
  return (after - left * before) / (1 - left);
}

/** Whether a block of the canary's requests was slower than the previous version's at the same time may be. Milliseconds. */
export const isSlower = (canary: number, previous: number, { ratio, ms }: LatencyParameters): boolean =>
  canary > ratio * previous + ms;

/** Evidence that the canary is slower, as it stands after some blocks, for each chance that is bet on. */
export interface LatencyEvidence {
  readonly blocks: number;
  readonly bets: readonly number[];
}

export const noLatencyEvidence = ({ grid }: LatencyParameters): LatencyEvidence => ({
  blocks: 0,
  bets: grid.map(() => 0),
});

/**
 * Adds a block. Blocks follow one another and are not independent, so the bound on false alarms is not proven: this
 * evidence may hold a promotion, and never takes a canary out.
 * @param planned blocks that the soak is planned for
 */
export function withBlock(
  { blocks, bets }: LatencyEvidence,
  slower: boolean,
  planned: number,
  { p, grid }: LatencyParameters,
): LatencyEvidence {
  const weight = onsetWeight(blocks + 1, planned);
  const factorOf = (h: number) => (slower ? h / p : (1 - h) / (1 - p));
  return {
    blocks: blocks + 1,
    bets: grid.map((h, index) => ((bets[index] ?? 0) + weight) * factorOf(h)),
  };
}

export const latencyEvidence = ({ bets }: LatencyEvidence): number => mean(bets);
