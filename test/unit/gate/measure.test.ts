import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { Look } from "../../../src/gate/look.ts";
import { judgedMeasure, type Measure, newMeasure, withMeasured } from "../../../src/gate/measure.ts";
import { DEFAULTS } from "../../../src/gate/parameters.ts";
import { boundNearest } from "../../../src/gate/slow.ts";

const measured = (looks: readonly Look[], worse: Measure["worse"]) => {
  const measure = { name: "orders", worse, parameters: DEFAULTS };
  let state = newMeasure(measure);
  for (const look of looks) state = withMeasured(state, look, 100, measure);
  return judgedMeasure(state, measure);
};

const counts = fc
  .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }))
  .map(([a, b]) => ({ requests: Math.max(a, b), failed: Math.min(a, b) }));
const looks = fc.array(fc.record({ canary: counts, previous: counts }), { maxLength: 30 });

const swapped = ({ canary, previous }: Look): Look => ({ canary: previous, previous: canary });
const times = (count: number, look: Look): Look[] => Array.from({ length: count }, () => look);

describe("a measure", () => {
  it("of which less is worse is the same test with the versions in each other's place", () => {
    fc.assert(
      fc.property(looks, (some) => {
        const { eA, eB, isHarm } = measured(some, "less");
        const other = measured(some.map(swapped), "more");
        assert.deepEqual([eA, eB, isHarm], [other.eA, other.eB, other.isHarm]);
      }),
    );
  });

  it("keeps what it counted by version, whichever is worse", () => {
    const look = { canary: { requests: 3, failed: 1 }, previous: { requests: 9, failed: 2 } };
    for (const worse of ["more", "less"] as const) {
      const { canary, previous } = measured(times(2, look), worse);
      assert.deepEqual(
        [canary, previous],
        [
          { requests: 6, failed: 2 },
          { requests: 18, failed: 4 },
        ],
      );
    }
  });

  it("finds a canary that takes no orders at all, and calls one that takes more no harm", () => {
    const none = { canary: { requests: 100, failed: 0 }, previous: { requests: 100, failed: 10 } };
    assert.ok(measured(times(20, none), "less").isHarm);
    assert.ok(!measured(times(20, none), "more").isHarm);
    assert.ok(measured(times(20, swapped(none)), "more").isHarm);
    assert.ok(!measured(times(20, swapped(none)), "less").isHarm);
  });

  it("finds nothing where both are alike", () => {
    const alike = { canary: { requests: 100, failed: 10 }, previous: { requests: 300, failed: 30 } };
    for (const worse of ["more", "less"] as const) assert.ok(measured(times(500, alike), worse).eA < 1);
  });
});

describe("the bucket's bound that is nearest to a quantile", () => {
  const buckets = (...counted: [le: number, count: number][]) => new Map(counted);
  const INFINITE = Number.POSITIVE_INFINITY;

  it("is the one below or above, whichever is nearer", () => {
    const of = (low: number) => boundNearest(buckets([0.1, low], [0.5, 100], [INFINITE, 100]), 0.95);
    assert.equal(of(94), 0.1); // A sixth of the way up.
    assert.equal(of(60), 0.5);
    assert.equal(of(95), 0.1);
  });

  it("is the last one where the quantile lies above it, and none where there is nothing", () => {
    assert.equal(boundNearest(buckets([0.1, 1], [0.5, 2], [INFINITE, 100]), 0.95), 0.5);
    assert.equal(boundNearest(buckets([INFINITE, 100]), 0.95), undefined);
    assert.equal(boundNearest(buckets([0.1, 0], [INFINITE, 0]), 0.95), undefined);
  });

  it("is one of the bounds, in whatever order the buckets came", () => {
    const increments = fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.nat(100)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(increments, (some) => {
        const sorted = [...new Map(some)].sort(([a], [b]) => a - b);
        const upTo = (at: number) => sorted.slice(0, at + 1).reduce((sum, [, count]) => sum + count, 0);
        const all = upTo(sorted.length);
        const cumulative = sorted.map(([le], at): [number, number] => [le, upTo(at)]);
        const counted: [number, number][] = [...cumulative, [INFINITE, all]];
        const bound = boundNearest(buckets(...counted), 0.95);
        assert.equal(bound, boundNearest(buckets(...counted.reverse()), 0.95));
        assert.ok(all === 0 ? bound === undefined : sorted.some(([le]) => le === bound));
      }),
    );
  });
});
