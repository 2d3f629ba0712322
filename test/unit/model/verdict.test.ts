import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { HistoryEntry } from "../../../src/model/history.ts";
import { letsGoOn, verdictOn, verdictRefusal } from "../../../src/model/verdict.ts";

const RELEASE = { previous: "1", canary: "2" };
const LIVE = { stage: "canary-25", release: RELEASE };

const entry = (more: Partial<HistoryEntry>): HistoryEntry => ({
  time: "2026-11-27T20:00:00.000Z",
  who: "alice@laptop",
  move: "promotion",
  stage: "canary-25",
  release: RELEASE,
  effective: 25,
  measured: null,
  override: "",
  result: "done",
  seconds: 1,
  ...more,
});

const counts = { requests: 100, failed: 0 };
const verdict = {
  decision: "fine",
  looks: 3,
  canary: counts,
  previous: counts,
  evidence: 1,
  bound: 0,
} as const;
const judged = entry({ move: "judgement", result: "judged", verdict });

/** What the history holds, newest first, and whether the verdict counts for canary-25. */
const CASES: readonly [what: string, history: readonly HistoryEntry[], counts: boolean][] = [
  ["nothing", [], false],
  ["the verdict right after the move", [judged, entry({})], true],
  ["a move and no verdict", [entry({})], false],
  ["a verdict, and the stage applied again", [entry({ move: "reapply" }), judged], false],
  ["a verdict, and the stage's own failure", [entry({ result: "failed" }), judged], false],
  ["a verdict, and a move away that failed", [entry({ stage: "canary-75", result: "failed" }), judged], true],
  [
    "a verdict, and a move away that was ended",
    [entry({ stage: "canary-75", result: "cancelled" }), judged],
    true,
  ],
  ["a verdict, and a move away", [entry({ stage: "canary-75" }), judged], false],
  [
    "a verdict, and another share than intended",
    [entry({ stage: "canary-75", result: "does not fit" }), judged],
    false,
  ],
  ["another stage's verdict", [{ ...judged, stage: "canary-75" }], false],
  ["another release's verdict", [{ ...judged, release: { previous: "0", canary: "1" } }], false],
  [
    "the same stage, there and back",
    [entry({ move: "rollback" }), entry({ stage: "canary-75" }), judged],
    false,
  ],
];

describe("the verdict on the live stage", () => {
  for (const [what, history, isThere] of CASES) {
    it(`${isThere ? "is there" : "is not there"} with ${what}`, () => {
      assert.deepEqual(verdictOn(LIVE, history), isThere ? verdict : undefined);
    });
  }

  it("lets go on when it is fine, or when nothing can be said and that is configured to do", () => {
    const decided = (["fine", "go on", "harm"] as const).map((decision) => [
      letsGoOn({ decision }, "hold"),
      letsGoOn({ decision }, "proceed"),
    ]);
    assert.deepEqual(decided, [
      [true, true],
      [false, true],
      [false, false],
    ]);
    assert.deepEqual([letsGoOn(undefined, "hold"), letsGoOn(undefined, "proceed")], [false, false]);
  });

  it("is asked for in words, by what was found", () => {
    const text = (
      found?: typeof verdict | (Omit<typeof verdict, "decision"> & { decision: "harm" | "go on" }),
    ) => verdictRefusal("canary-25", "canary-75", found).message;
    assert.match(
      text(),
      /^stage canary-75 is refused: nobody has judged its canary at canary-25, and gate\.required is set$/,
    );
    assert.match(text({ ...verdict, decision: "harm" }), /: its canary does harm at canary-25/);
    assert.match(
      text({ ...verdict, decision: "go on" }),
      /: nothing can be said of its canary yet at canary-25/,
    );
  });
});
