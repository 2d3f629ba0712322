import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { type ShareRange, shareDuringMove, type TrackMove } from "../../../src/model/transition.ts";

const move = (from: readonly [number, number], to: readonly [number, number]): TrackMove => ({
  from: { replicas: from[0], weight: from[1] },
  to: { replicas: to[0], weight: to[1] },
  restarts: from[1] !== to[1],
});

const rounded = ({ lowest, highest }: ShareRange): ShareRange => ({
  lowest: Math.round(lowest * 10) / 10,
  highest: Math.round(highest * 10) / 10,
});

describe("share during a move", () => {
  it("stays between 25 % and 75 % from one to the other with one pod each, the growing track first", () => {
    const up = { previous: move([1, 75], [1, 25]), canary: move([1, 25], [1, 75]) };
    assert.deepEqual(rounded(shareDuringMove(up, "canary")), { lowest: 25, highest: 75 });
    const down = { previous: move([1, 25], [1, 75]), canary: move([1, 75], [1, 25]) };
    assert.deepEqual(rounded(shareDuringMove(down, "previous")), { lowest: 25, highest: 75 });
  });

  it("passes 20 % and 80 % where the shrinking track goes first", () => {
    const up = { previous: move([1, 75], [1, 25]), canary: move([1, 25], [1, 75]) };
    assert.deepEqual(rounded(shareDuringMove(up, "previous")), { lowest: 20, highest: 80 });
  });

  it("goes a little over a small share that grows a lot", () => {
    const up = { previous: move([1, 90], [1, 75]), canary: move([1, 10], [1, 25]) };
    assert.deepEqual(rounded(shareDuringMove(up, "canary")), { lowest: 10, highest: 28 });
  });

  it("reaches all of the traffic without a moment below the share before", () => {
    const up = { previous: move([1, 25], [0, 0]), canary: move([1, 75], [1, 100]) };
    assert.deepEqual(rounded(shareDuringMove(up, "canary")), { lowest: 75, highest: 100 });
  });

  it("makes a quarter of many pods anew at a time, so that it goes less far over than with one pod", () => {
    const up = { previous: move([1, 90], [1, 75]), canary: move([1, 10], [1, 25]) };
    const many = { previous: move([8, 90], [8, 75]), canary: move([8, 10], [8, 25]) };
    const [one, eight] = [shareDuringMove(up, "canary"), shareDuringMove(many, "canary")];
    assert.ok(eight.highest < one.highest, `${eight.highest} %`);
    assert.deepEqual(rounded(eight), { lowest: 10, highest: 25 });
  });

  it("counts old pods that a greater count makes more of, before the new ones are there", () => {
    const scaled = { ...move([1, 50], [3, 50]), restarts: true };
    const kept = { ...move([1, 50], [1, 50]), restarts: false };
    assert.deepEqual(rounded(shareDuringMove({ previous: kept, canary: scaled }, "canary")), {
      lowest: 50,
      highest: 80,
    });
  });

  it("has the shares before and after within its range, whatever moves", () => {
    const pods = fc.record({
      replicas: fc.integer({ min: 1, max: 6 }),
      weight: fc.integer({ min: 1, max: 256 }),
    });
    const track = fc.record({ from: pods, to: pods, restarts: fc.constant(true) });
    fc.assert(
      fc.property(
        track,
        track,
        fc.constantFrom("previous" as const, "canary" as const),
        (previous, canary, growing) => {
          const { lowest, highest } = shareDuringMove({ previous, canary }, growing);
          for (const at of ["from", "to"] as const) {
            const draw = (track: TrackMove) => track[at].replicas * track[at].weight;
            const share = (100 * draw(canary)) / (draw(canary) + draw(previous));
            assert.ok(lowest <= share + 1e-9 && share <= highest + 1e-9);
          }
        },
      ),
    );
  });
});
