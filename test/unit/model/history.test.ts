import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  type HistoryEntry,
  KEPT_MOVES,
  parseHistory,
  RESULTS,
  withEntry,
} from "../../../src/model/history.ts";

const PLAIN = { noNullPrototype: true };

const entries: fc.Arbitrary<HistoryEntry> = fc.record(
  {
    time: fc
      .date({ noInvalidDate: true, min: new Date("2000-01-01"), max: new Date("2100-01-01") })
      .map((date) => date.toISOString()),
    who: fc.string(),
    move: fc.constantFrom("promotion", "rollback"),
    stage: fc.string(),
    release: fc.record({ previous: fc.string(), canary: fc.string() }, PLAIN),
    effective: fc.integer({ min: 0, max: 100 }),
    measured: fc.option(fc.integer({ min: 0, max: 100 })),
    override: fc.string(),
    result: fc.constantFrom(...RESULTS),
    seconds: fc.integer({ min: 0 }),
  },
  PLAIN,
);

describe("a history", () => {
  it("keeps the last moves as they were, newest first, whatever is written in them", () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 2 * KEPT_MOVES, size: "max" }), (moves) => {
        const text = moves.reduce(withEntry, "");
        assert.deepEqual(parseHistory(text), [...moves].reverse().slice(0, KEPT_MOVES));
      }),
      { numRuns: 20 },
    );
  });

  it("fits in a ConfigMap with the longest reasons that moves give", () => {
    fc.assert(
      fc.property(entries, (move) => {
        const long = { ...move, reason: "x".repeat(4096) };
        const text = Array.from({ length: 2 * KEPT_MOVES }, () => long).reduce(withEntry, "");
        assert.ok(Buffer.byteLength(text) < 2 ** 20);
      }),
      { numRuns: 5 },
    );
  });

  it("leaves out what is no move, and keeps the rest", () => {
    const [move] = fc.sample(entries, 1);
    assert.ok(move);
    const text = `no JSON\n{"result":"done"}\n${withEntry("", move)}`;
    assert.deepEqual(parseHistory(text), [move]);
    assert.deepEqual(parseHistory(""), []);
  });
});
