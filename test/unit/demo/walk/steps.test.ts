import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { moveOf, stepOf } from "../../../../demo/walk/steps.ts";
import { MOVE, VERIFICATION } from "./moves.ts";

describe("a move that the command reports", () => {
  it("is the one of a promotion's list, or the rollback's own", () => {
    assert.equal(
      moveOf("promote", [{ ...MOVE, rolledBack: null, judged: null, evidence: null, takenOut: null }]).stage,
      "canary-75",
    );
    assert.equal(moveOf("rollback", MOVE).stage, "canary-75");
  });

  it("is refused where it is not what the command's schema says", () => {
    assert.throws(() => moveOf("promote", MOVE));
    assert.throws(() => moveOf("rollback", { ...MOVE, seconds: "9" }));
    assert.throws(() => moveOf("promote", []), /reports no move/);
  });
});

describe("a step of the report", () => {
  it("has the canary's shares, all failed requests, and the seconds without the measuring", () => {
    assert.deepEqual(stepOf(MOVE, 2), {
      stage: "canary-75",
      release: { previous: "2.4.18", canary: "2.4.20" },
      move: "promotion",
      intended: 75,
      effective: 75,
      measured: 74.6,
      requests: 4000,
      failed: 3,
      seconds: 7.5,
      fits: true,
      changed: [{ object: "Deployment httpd-new", path: "spec.replicas", from: null, to: 3 }],
    });
  });

  it("has no share for a canary that no pod serves", () => {
    const shares = {
      ...VERIFICATION.shares,
      canary: { intended: 75, effective: null, applied: null, measured: null },
    };
    const step = stepOf({ ...MOVE, verification: { ...VERIFICATION, shares, fits: false } }, 0);
    assert.deepEqual([step.effective, step.measured, step.fits], [0, 0, false]);
  });

  it("is none where nothing was measured", () => {
    assert.throws(() => stepOf({ ...MOVE, verification: null }, 0), /measured nothing at canary-75/);
  });
});
