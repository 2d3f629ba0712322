import assert from "node:assert/strict";
import fc from "fast-check";
import { assignAddresses } from "../../../../local/edge/record.ts";

describe("assignAddresses", () => {
  it("starts at 127.0.0.1 and fills gaps", () => {
    const first = assignAddresses(["a/x", "b/y"], {});
    assert.deepEqual(first, { "a/x": "127.0.0.1", "b/y": "127.0.0.2" });
    assert.deepEqual(assignAddresses(["b/y", "c/z"], first), { "b/y": "127.0.0.2", "c/z": "127.0.0.1" });
  });

  it("keeps addresses and never gives one twice", () => {
    const keys = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 20 });
    fc.assert(
      fc.property(keys, keys, (before, now) => {
        const old = assignAddresses(before, {});
        const assigned = assignAddresses(now, old);
        assert.deepEqual(Object.keys(assigned).sort(), [...now].sort());
        assert.equal(new Set(Object.values(assigned)).size, now.length);
        for (const key of now) if (Object.hasOwn(old, key)) assert.equal(assigned[key], old[key]);
      }),
    );
  });

  it("says when there is no more room", () => {
    const keys = Array.from({ length: 255 }, (_, index) => `n/${index}`);
    assert.throws(() => assignAddresses(keys, {}), /room for 254/);
  });
});
