import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { HistoryEntry } from "../../../src/model/history.ts";
import type { ReleaseRecord } from "../../../src/model/record.ts";
import { previousStage } from "../../../src/operations/rollback.ts";

const LIFECYCLE = ["canary-25", "canary-75", "canary-100"];
const RELEASE = { previous: "1", canary: "2" };

const recordAt = (stage: string, reached: readonly string[]): ReleaseRecord => ({
  stage,
  release: RELEASE,
  intended: { previous: 50, canary: 50 },
  effectiveCanary: 50,
  reached,
  liveVersion: "1",
  override: "",
});

const moved = (stage: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  time: "2026-01-02T03:04:05Z",
  who: "alice@laptop",
  move: "promotion",
  stage,
  release: RELEASE,
  effective: 50,
  measured: 50,
  override: "",
  result: "done",
  seconds: 1,
  ...more,
});

const back = (record: ReleaseRecord, moves: readonly HistoryEntry[] = [], unfinishedMoveTo?: string) =>
  previousStage({ record, unfinishedMoveTo }, moves, LIFECYCLE);

describe("the stage to go back to", () => {
  it("is the one that was live before", () => {
    assert.equal(
      back(recordAt("canary-75", ["canary-25", "canary-75"]), [moved("canary-75"), moved("canary-25")]),
      "canary-25",
    );
  });

  it("is known without a history, by the record alone", () => {
    assert.equal(back(recordAt("canary-100", LIFECYCLE)), "canary-75");
  });

  it("is an earlier stage, also after a way back and forth", () => {
    const moves = [moved("canary-75"), moved("canary-25"), moved("canary-75"), moved("canary-25")];
    assert.equal(back(recordAt("canary-75", ["canary-25", "canary-75"]), moves), "canary-25");
  });

  it("was jumped over by an override, then it is none", () => {
    const moves = [moved("canary-100", { override: "urgent" }), moved("canary-25")];
    assert.equal(back(recordAt("canary-100", ["canary-25", "canary-100"]), moves), "canary-25");
  });

  it("is none where a move failed, or of another release", () => {
    const moves = [
      moved("canary-75", { result: "failed" }),
      moved("canary-75", { release: { previous: "0", canary: "1" } }),
      moved("canary-25"),
    ];
    assert.equal(back(recordAt("canary-100", ["canary-25", "canary-75", "canary-100"]), moves), "canary-25");
  });

  it("is the live one when a move from it did not end", () => {
    assert.equal(back(recordAt("canary-25", ["canary-25"]), [], "canary-75"), "canary-25");
  });

  it("is none at the first stage, and none where the canary is out already", () => {
    assert.equal(back(recordAt("canary-25", ["canary-25"])), undefined);
    assert.equal(back(recordAt("canary-0", [])), undefined);
  });
});
