import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { UserError } from "../../../src/errors.ts";
import {
  effectiveCanaryShare,
  MAX_WEIGHT,
  percent,
  type Replicas,
  type Shares,
  TOLERANCE_POINTS,
  type Weights,
  weightsFor,
} from "../../../src/model/traffic.ts";

const shares = (canary: number): Shares => ({ previous: 100 - canary, canary });
const anyShare = fc.integer({ min: 0, max: 100 });
const realSplit = fc.integer({ min: 1, max: 99 });
const pods = fc.integer({ min: 1, max: 60 });
const anyPods = fc.record({ previous: pods, canary: pods });

/** The weights, or the refusal. */
function attempt(canary: number, replicas: Replicas): Weights | UserError {
  try {
    return weightsFor(shares(canary), replicas);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

describe("weightsFor", () => {
  it("gives whole weights up to HAProxy's largest, of which at least one takes traffic", () => {
    fc.assert(
      fc.property(anyShare, anyPods, (share, replicas) => {
        const weights = attempt(share, replicas);
        if (weights instanceof UserError) return;
        for (const weight of [weights.previous, weights.canary]) {
          assert.ok(Number.isInteger(weight) && weight >= 0 && weight <= MAX_WEIGHT, String(weight));
        }
        assert.ok(weights.previous + weights.canary > 0);
      }),
    );
  });

  it("gives the share within the tolerance, or refuses it", () => {
    fc.assert(
      fc.property(anyShare, anyPods, (share, replicas) => {
        const weights = attempt(share, replicas);
        if (weights instanceof UserError) return;
        const effective = effectiveCanaryShare(replicas, weights);
        assert.ok(Math.abs(effective - share) <= TOLERANCE_POINTS, `${effective}`);
      }),
    );
  });

  it("is exact for every share with one pod on each side, and the weights are the percentages themselves", () => {
    for (let share = 0; share <= 100; share++) {
      assert.deepEqual(weightsFor(shares(share), { previous: 1, canary: 1 }), shares(share));
    }
  });

  it("gives the canary no less traffic for more share", () => {
    fc.assert(
      fc.property(anyShare, anyShare, anyPods, (a, b, replicas) => {
        const [less, more] = [attempt(Math.min(a, b), replicas), attempt(Math.max(a, b), replicas)];
        if (less instanceof UserError || more instanceof UserError) return;
        const lessTraffic = effectiveCanaryShare(replicas, less);
        assert.ok(lessTraffic <= effectiveCanaryShare(replicas, more) + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it("gives nothing for a share of zero, and everything for 100, however many pods there are", () => {
    fc.assert(
      fc.property(anyPods, (replicas) => {
        assert.equal(effectiveCanaryShare(replicas, weightsFor(shares(0), replicas)), 0);
        assert.equal(effectiveCanaryShare(replicas, weightsFor(shares(100), replicas)), 100);
      }),
    );
  });

  it("does not change when both tracks have the same times as many pods", () => {
    fc.assert(
      fc.property(anyShare, anyPods, fc.integer({ min: 2, max: 10 }), (share, replicas, factor) => {
        const once = attempt(share, replicas);
        const scaled = { previous: factor * replicas.previous, canary: factor * replicas.canary };
        const times = attempt(share, scaled);
        if (once instanceof UserError) assert.ok(times instanceof UserError);
        else assert.deepEqual(times, once);
      }),
    );
  });

  it("does the walkthrough's unequal case: three previous pods and one canary still share 75 : 25", () => {
    const replicas = { previous: 3, canary: 1 };
    const weights = weightsFor(shares(25), replicas);
    assert.deepEqual(weights, { previous: 25, canary: 25 });
    assert.equal(effectiveCanaryShare(replicas, weights), 25);
    assert.equal(effectiveCanaryShare(replicas, { previous: 75, canary: 25 }), 10);
  });

  it("comes as near as any whole weights can", () => {
    fc.assert(
      fc.property(realSplit, anyPods, (share, replicas) => {
        const weights = attempt(share, replicas);
        if (weights instanceof UserError) return;
        const error = Math.abs(effectiveCanaryShare(replicas, weights) - share);
        for (let previous = 1; previous <= MAX_WEIGHT; previous += 5) {
          for (let canary = 1; canary <= MAX_WEIGHT; canary += 7) {
            const other = effectiveCanaryShare(replicas, { previous, canary });
            assert.ok(Math.abs(other - share) >= error - 1e-9, `${previous} : ${canary} is nearer`);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("weightsFor refuses", () => {
  it("a share that the pods miss by more than a point, naming the nearest that they can give", () => {
    assert.throws(() => weightsFor(shares(1), { previous: 1, canary: 30 }), {
      name: "UserError",
      message:
        "traffic.canary: 1 % cannot be given by 1 previous and 30 canary pods; the nearest share is 10.5 %",
      hint: "Set replicas to previous: 6, canary: 30, or change the share.",
    });
  });

  it("and the replica counts that it names would do", () => {
    const lopsided = fc.record({
      few: fc.integer({ min: 1, max: 3 }),
      many: fc.integer({ min: 30, max: 400 }),
      share: fc.integer({ min: 1, max: 8 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(lopsided, ({ few, many, share }) => {
        const refusal = attempt(share, { previous: few, canary: many });
        if (!(refusal instanceof UserError)) return;
        refused++;
        const counts = /previous: (\d+), canary: (\d+)/.exec(refusal.hint);
        assert.ok(counts, refusal.hint);
        const suggested = { previous: Number(counts[1]), canary: Number(counts[2]) };
        assert.ok(!(attempt(share, suggested) instanceof UserError), refusal.hint);
      }),
      { numRuns: 60 },
    );
    assert.ok(refused > 10, `only ${refused} cases were refused`);
  });

  it("a share of a track without pods", () => {
    assert.throws(() => weightsFor(shares(25), { previous: 1, canary: 0 }), {
      name: "UserError",
      message: "traffic.canary is 25 % but replicas.canary is 0",
      hint: "Set replicas.canary to at least 1, or traffic.canary to 0.",
    });
    fc.assert(
      fc.property(anyShare, pods, (share, count) => {
        assert.equal(attempt(share, { previous: count, canary: 0 }) instanceof UserError, share > 0);
        assert.equal(attempt(share, { previous: 0, canary: count }) instanceof UserError, share < 100);
      }),
    );
  });
});

describe("effectiveCanaryShare", () => {
  it("adds up to 100 with the previous track's", () => {
    const weight = fc.integer({ min: 1, max: MAX_WEIGHT });
    fc.assert(
      fc.property(anyPods, fc.record({ previous: weight, canary: weight }), (replicas, weights) => {
        const swapped = effectiveCanaryShare(
          { previous: replicas.canary, canary: replicas.previous },
          { previous: weights.canary, canary: weights.previous },
        );
        assert.ok(Math.abs(effectiveCanaryShare(replicas, weights) + swapped - 100) < 1e-9);
      }),
    );
  });
});

describe("percent", () => {
  it("has one decimal at most", () => {
    assert.equal(percent(25), "25 %");
    assert.equal(percent(33.333), "33.3 %");
    assert.equal(percent(99.96), "100 %");
  });
});
