import { median } from "simple-statistics";
import { RULE_NAMES, RULES, type RuleName } from "./rules.ts";
import { LOOK_SECONDS, PATTERNS, soak, type Traffic } from "./traffic.ts";

/** The canary's part of the traffic in every cell. */
export const SHARE = 0.25;
/** How many times as often the canary fails; the last one fails everything. */
export const TIMES = [1, 2, 5, 20, Number.POSITIVE_INFINITY] as const;

/** What one rule came to in all soaks of a cell. */
export interface RuleResult {
  /** Part of the soaks in which it said that the canary is bad, 0 to 1. */
  readonly alarmed: number;
  /** Median seconds until it did, of those; null where it never did. */
  readonly seconds: number | null;
  /** Mean of the canary's failed requests until then, or until the end. */
  readonly failed: number;
}

export interface CellResult extends Omit<Traffic, "times"> {
  /** null for a canary that fails everything: JSON has no infinity. */
  readonly times: number | null;
  readonly soaks: number;
  readonly rules: Readonly<Record<RuleName, RuleResult>>;
}

/** Every combination of traffic, base rate, harm, pattern and length. */
export function allCells(): Traffic[] {
  return [10, 60].flatMap((minutes) =>
    PATTERNS.flatMap((pattern) =>
      [5, 50, 500].flatMap((rate) =>
        [0.001, 0.01].flatMap((base) =>
          TIMES.map((times) => ({ rate, share: SHARE, base, times, pattern, minutes })),
        ),
      ),
    ),
  );
}

/** Judges so many soaks of a cell by every rule. @param seed of the cell: the same gives the same result */
export function simulate(cell: Traffic, soaks: number, seed: number): CellResult {
  const found = Object.fromEntries(
    RULE_NAMES.map((name) => [name, { seconds: [] as number[], failed: 0 }]),
  ) as Record<RuleName, { seconds: number[]; failed: number }>;
  for (let index = 0; index < soaks; index++) {
    // Seeds of neighbouring soaks have to be far apart: the generator is a linear one.
    const looks = soak(cell, fraction(seed * 1_000_003 + index));
    for (const name of RULE_NAMES) {
      const seconds = RULES[name](looks);
      const until = seconds === undefined ? looks.length : seconds / LOOK_SECONDS;
      if (seconds !== undefined) found[name].seconds.push(seconds);
      for (const { canary } of looks.slice(0, until)) found[name].failed += canary.failed;
    }
  }
  const resultOf = (name: RuleName): RuleResult => {
    const { seconds, failed } = found[name];
    return {
      alarmed: seconds.length / soaks,
      seconds: seconds.length > 0 ? median(seconds) : null,
      failed: failed / soaks,
    };
  };
  return {
    ...cell,
    times: Number.isFinite(cell.times) ? cell.times : null,
    soaks,
    rules: Object.fromEntries(RULE_NAMES.map((name) => [name, resultOf(name)])) as Record<
      RuleName,
      RuleResult
    >,
  };
}

/** A number of 0 to 1 that neighbouring integers give far apart (the golden ratio's multiples). */
const fraction = (integer: number): number => (integer * 0.618_033_988_749_895) % 1;
