import { UserError } from "../../src/errors.ts";
import type { StagePlan } from "../../src/model/plan.ts";

/** Which shares a router can give with certain pods. */
export interface Reach {
  /** Of the 99 shares from 1 to 99 %. */
  readonly shares: number;
  /** Smallest share that it gives, in percent. */
  readonly smallest: number;
  /** Largest difference between a share that it gives and the one asked for, in percentage points. */
  readonly largestError: number;
}

/** Asks a router's plan for every share from 1 to 99 %. */
export function reachOf(planAt: (share: number) => StagePlan): Reach {
  const given = Array.from({ length: 99 }, (_, index) => index + 1).flatMap((share) => {
    const effective = effectiveOf(planAt, share);
    return effective === undefined ? [] : [{ share, effective }];
  });
  return {
    shares: given.length,
    smallest: Math.min(...given.map(({ effective }) => effective)),
    largestError: Math.max(...given.map(({ share, effective }) => Math.abs(effective - share))),
  };
}

/** Undefined for a share that is refused. */
function effectiveOf(planAt: (share: number) => StagePlan, share: number): number | undefined {
  try {
    return planAt(share).effectiveCanary;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
