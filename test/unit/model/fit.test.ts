import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { fits, precisionPoints } from "../../../src/model/fit.ts";

const REQUESTS = 4_000;

/** Numbers from 0 to 1 that are the same in every run: mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many requests of a measurement the canary answers when its share is so many percent. */
function sample(random: () => number, requests: number, share: number): number {
  let count = 0;
  for (let request = 0; request < requests; request++) if (random() * 100 < share) count++;
  return count;
}

function rate(runs: number, fit: () => boolean): number {
  return Array.from({ length: runs }, fit).filter(Boolean).length / runs;
}

describe("fits", () => {
  for (const share of [10, 25, 50, 75, 99]) {
    it(`takes 999 of 1,000 measurements of a share that is ${share} %`, () => {
      const random = randomNumbers(share);
      const fitting = rate(6_000, () => fits(sample(random, REQUESTS, share), REQUESTS, share));
      assert.ok(fitting > 0.9975 && fitting < 1, `${fitting}`);
    });

    for (const off of [share - 5, share + 5].filter((other) => other > 0 && other < 100)) {
      it(`refuses ${off} % for ${share} %`, () => {
        const random = randomNumbers(off);
        assert.equal(
          rate(200, () => fits(sample(random, REQUESTS, off), REQUESTS, share)),
          0,
        );
      });
    }
  }

  it("is narrow enough to refuse one more than 99.9 % allow: 3.29 standard deviations, and half a request", () => {
    // A quarter of 4,000: 1,000 and 27.39 to a standard deviation.
    assert.equal(fits(1_090, REQUESTS, 25), true);
    assert.equal(fits(1_091, REQUESTS, 25), false);
    assert.equal(fits(910, REQUESTS, 25), true);
    assert.equal(fits(909, REQUESTS, 25), false);
  });

  it("allows no request elsewhere when a version has nothing or everything", () => {
    assert.equal(fits(0, REQUESTS, 0), true);
    assert.equal(fits(1, REQUESTS, 0), false);
    assert.equal(fits(REQUESTS, REQUESTS, 100), true);
    assert.equal(fits(REQUESTS - 1, REQUESTS, 100), false);
  });

  it("says nothing fits when nothing was measured", () => {
    assert.equal(fits(0, 0, 0), false);
    assert.equal(fits(0, 0, 25), false);
  });
});

describe("precisionPoints", () => {
  it("is 1.8 points for a quarter of 4,000 requests", () => {
    assert.equal(precisionPoints(REQUESTS, 25).toFixed(2), "1.76");
  });

  it("gets better with more requests, and is the worst at a half", () => {
    assert.ok(precisionPoints(8_000, 25) < precisionPoints(4_000, 25));
    assert.ok(precisionPoints(4_000, 50) > precisionPoints(4_000, 25));
    assert.equal(precisionPoints(0, 50), 100);
  });
});
