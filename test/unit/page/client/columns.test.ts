import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  evidenceColumns,
  nearest,
  shareColumns,
  totals,
  versionSpans,
} from "../../../../src/page/client/model/columns.ts";
import type { SharePoint } from "../../../../src/page/contract.ts";
import { SOAK } from "../../../support/page/states.ts";

const at = (second: number, changed: Partial<SharePoint> = {}): SharePoint => ({
  time: new Date(second * 1000).toISOString(),
  effective: 25,
  applied: null,
  versions: { previous: "1", canary: "2" },
  previous: { requests: 75, failed: 1 },
  canary: { requests: 25, failed: 2 },
  ...changed,
});

describe("the columns of the share's chart", () => {
  it("have seconds, shares, and the failed requests of both versions", () => {
    const columns = shareColumns([at(10), at(11, { effective: null, previous: null, canary: null })]);
    assert.deepEqual(columns, {
      time: [10, 11],
      all: [100, null],
      effective: [25, null],
      applied: [null, null],
      failed: [3, null],
    });
  });

  it("add up to all requests, or to nothing where nobody counts", () => {
    assert.deepEqual(totals([at(1), at(2)]), { requests: 200, failed: 6 });
    assert.equal(totals([at(1, { previous: null, canary: null })]), undefined);
  });

  it("have a span for each two versions, until the next begins", () => {
    const other = { versions: { previous: "2", canary: "3" } };
    assert.deepEqual(versionSpans([at(1), at(2), at(3, other), at(4, { versions: null }), at(5, other)]), [
      { from: 1, to: 3, previous: "1", canary: "2", share: 25 },
      { from: 3, to: 4, previous: "2", canary: "3", share: 25 },
      { from: 5, to: 5, previous: "2", canary: "3", share: 25 },
    ]);
  });
});

describe("the columns of the evidence", () => {
  it("stay where a logarithm can show them", () => {
    const [look] = SOAK.looks;
    assert.ok(look);
    const columns = evidenceColumns({ looks: [{ ...look, eA: 0, eN: 1e200 }], boundaries: SOAK.boundaries });
    assert.deepEqual([columns.harm, columns.fine], [[0.01], [20_000]]);
  });
});

describe("the nearest time", () => {
  it("is none of no times", () => assert.equal(nearest([], 1), -1));

  it("is nearer than any other", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 1 }), fc.integer(), (unsorted, asked) => {
        const times = [...unsorted].sort((one, other) => one - other);
        const found = times[nearest(times, asked)];
        assert.ok(found !== undefined);
        assert.equal(Math.abs(found - asked), Math.min(...times.map((time) => Math.abs(time - asked))));
      }),
    );
  });
});
