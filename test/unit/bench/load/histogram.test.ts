import assert from "node:assert/strict";
import fc from "fast-check";
import { classOf, type Histogram, merge, percentile } from "../../../../bench/load/histogram.ts";

function histogramOf(latencies: readonly number[]): Histogram {
  return merge(latencies.map((ms): Histogram => [[classOf(ms), 1]]));
}

const latency = fc.double({ min: 0.02, max: 60_000, noNaN: true });

describe("percentile", () => {
  it("is within 1 % of the exact one", () => {
    const share = fc.constantFrom(0.5, 0.9, 0.99, 0.999);
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 500 }), share, (latencies, wanted) => {
        const sorted = [...latencies].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(wanted * sorted.length) - 1] ?? Number.NaN;
        const found = percentile(histogramOf(latencies), wanted) ?? Number.NaN;
        assert.ok(Math.abs(found - exact) <= 0.011 * exact, `${found} for ${exact}`);
      }),
    );
  });

  it("is undefined without requests", () => {
    assert.equal(percentile([], 0.5), undefined);
  });
});

describe("merge", () => {
  it("does not depend on how the latencies are spread over histograms", () => {
    fc.assert(
      fc.property(fc.array(latency), fc.array(latency), (a, b) => {
        assert.deepEqual(merge([histogramOf(a), histogramOf(b)]), histogramOf([...b, ...a]));
      }),
    );
  });
});
