import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { changeBetween, type Reading } from "../../../src/gate/counters.ts";

const server = fc.record({
  track: fc.constantFrom("canary" as const, "previous" as const),
  requests: fc.nat(10_000),
  failed: fc.nat(10_000),
});

const reading: fc.Arbitrary<Reading> = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), server);

describe("what happened between two readings", () => {
  const before: Reading = {
    a: { track: "canary", requests: 100, failed: 2 },
    b: { track: "previous", requests: 300, failed: 3 },
    c: { track: "previous", requests: 50, failed: 0 },
  };

  it("is what each server's counters grew by, of each track together", () => {
    const after = {
      a: { ...(before.a ?? assert.fail()), requests: 160, failed: 5 },
      b: { ...(before.b ?? assert.fail()), requests: 400, failed: 4 },
      c: { ...(before.c ?? assert.fail()), requests: 70 },
    };
    assert.deepEqual(changeBetween(before, after), {
      look: { canary: { requests: 60, failed: 3 }, previous: { requests: 120, failed: 1 } },
      reset: [],
    });
  });

  it("leaves out a server whose counters fell, and names it; and one that is new, or gone", () => {
    const after: Reading = {
      a: { track: "canary", requests: 40, failed: 40 },
      b: { track: "previous", requests: 310, failed: 3 },
      d: { track: "canary", requests: 1000, failed: 1000 },
    };
    assert.deepEqual(changeBetween(before, after), {
      look: { canary: { requests: 0, failed: 0 }, previous: { requests: 10, failed: 0 } },
      reset: ["a"],
    });
  });

  it("never has less than nothing, nor more failures than requests", () => {
    fc.assert(
      fc.property(reading, reading, (one, other) => {
        for (const { requests, failed } of Object.values(changeBetween(one, other).look)) {
          assert.ok(requests >= 0 && failed >= 0 && failed <= requests);
        }
      }),
    );
  });

  it("is nothing between a reading and itself", () => {
    fc.assert(
      fc.property(reading, (one) => {
        const nothing = { requests: 0, failed: 0 };
        assert.deepEqual(changeBetween(one, one).look, { canary: nothing, previous: nothing });
      }),
    );
  });
});
