import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { UserError } from "../../../../src/errors.ts";
import type { Replicas } from "../../../../src/model/traffic.ts";
import { countsFor, shareOfCounts } from "../../../../src/routers/replicas/counts.ts";

const share = fc.integer({ min: 0, max: 100 });
const total = fc.integer({ min: 1, max: 300 });

const sharesOf = (canary: number) => ({ previous: 100 - canary, canary });

function countsOrError(canary: number, pods: number): Replicas | UserError {
  try {
    return countsFor(sharesOf(canary), pods);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error;
  }
}

describe("counts of the replicas router", () => {
  it("are the walkthrough's: 10 % of ten pods is one", () => {
    assert.deepEqual(countsFor(sharesOf(10), 10), { previous: 9, canary: 1 });
  });

  it("add up to the total, and give the share to a percentage point", () => {
    fc.assert(
      fc.property(share, total, (canary, pods) => {
        const counts = countsOrError(canary, pods);
        fc.pre(!(counts instanceof UserError));
        assert.equal(counts.previous + counts.canary, pods);
        assert.ok(Math.abs(shareOfCounts(counts) - canary) <= 1);
      }),
    );
  });

  it("are none for no share, all for the whole, and neither for what is between", () => {
    fc.assert(
      fc.property(share, total, (canary, pods) => {
        const counts = countsOrError(canary, pods);
        fc.pre(!(counts instanceof UserError));
        assert.equal(counts.canary === 0, canary === 0);
        assert.equal(counts.previous === 0, canary === 100);
      }),
    );
  });

  it("never fall when the share grows", () => {
    fc.assert(
      fc.property(share, share, total, (one, other, pods) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((canary) =>
          countsOrError(canary, pods),
        );
        fc.pre(!(less instanceof UserError) && !(more instanceof UserError));
        assert.ok((less?.canary ?? 0) <= (more?.canary ?? 0));
      }),
    );
  });

  it("give every share with a hundred pods, exactly", () => {
    fc.assert(
      fc.property(share, (canary) => {
        assert.deepEqual(countsFor(sharesOf(canary), 100), sharesOf(canary));
      }),
    );
  });

  it("are refused with a total that would do, the next one", () => {
    fc.assert(
      fc.property(share, total, (canary, pods) => {
        const refused = countsOrError(canary, pods);
        fc.pre(refused instanceof UserError);
        const suggested = Number(/replicas\.total to (\d+)/.exec(refused.hint)?.[1]);
        assert.ok(suggested > pods, refused.hint);
        assert.ok(!(countsOrError(canary, suggested) instanceof UserError), refused.hint);
        for (let between = pods + 1; between < suggested; between++) {
          assert.ok(countsOrError(canary, between) instanceof UserError, `${between} would do`);
        }
      }),
    );
  });

  it("are refused with the shares on both sides that the total can give", () => {
    fc.assert(
      fc.property(share, total, (canary, pods) => {
        const refused = countsOrError(canary, pods);
        fc.pre(refused instanceof UserError);
        const [below = Number.NaN, above = Number.NaN] = [
          ...refused.message.matchAll(/([\d.]+) %(?= and|$)/g),
        ].map(([, percent]) => Number(percent));
        assert.ok(below <= canary && canary <= above, refused.message);
        assert.ok(above - below <= 100 / pods + 0.1, refused.message);
      }),
    );
  });

  it("refuse a share of one single pod", () => {
    for (const canary of [1, 50, 99]) assert.ok(countsOrError(canary, 1) instanceof UserError);
  });
});
