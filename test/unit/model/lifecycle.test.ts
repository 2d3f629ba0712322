import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { Refusal } from "../../../src/errors.ts";
import { type Move, moveTo, type Release, stageAfter, type Target } from "../../../src/model/lifecycle.ts";
import { type ReleaseRecord, recordAfter } from "../../../src/model/record.ts";

const LIFECYCLE = ["canary-25", "canary-75", "canary-100"];
const CANARY_SHARE: Readonly<Record<string, number>> = {
  "canary-25": 25,
  "canary-75": 75,
  "canary-100": 100,
};
const FIRST: Release = { previous: "2.4.18", canary: "2.4.20" };
const NEXT: Release = { previous: "2.4.20", canary: "2.4.23" };

const target = (stage: string, release = FIRST, override?: string): Target => ({
  stage,
  release,
  lifecycle: LIFECYCLE,
  ...(override !== undefined && { override }),
});

/** What the record says after a stage was applied, whether or not the lifecycle allows that. */
function afterStage(stage: string, release: Release, live: ReleaseRecord | undefined): ReleaseRecord {
  const canary = CANARY_SHARE[stage] ?? 0;
  const intended = { previous: 100 - canary, canary };
  return recordAfter({ stage, release, intended, effectiveCanary: canary, override: "" }, live);
}

/** What the record says after the stages of one release. */
function liveAfter(stages: readonly string[], release = FIRST): ReleaseRecord {
  const [first = "canary-25", ...rest] = stages;
  return rest.reduce(
    (live, stage) => afterStage(stage, release, live),
    afterStage(first, release, undefined),
  );
}

/** The move, or the text of the refusal. */
function attempt(to: Target, live: ReleaseRecord | undefined): Move | { refused: string; hint: string } {
  try {
    return moveTo(to, live);
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message, hint: error.hint };
    throw error;
  }
}

describe("moves within a release", () => {
  const moves: readonly [live: readonly string[], to: string, move: Move][] = [
    [["canary-25"], "canary-25", "reapply"],
    [["canary-25"], "canary-75", "promotion"],
    [["canary-25", "canary-75"], "canary-25", "rollback"],
    [["canary-25", "canary-75"], "canary-75", "reapply"],
    [["canary-25", "canary-75"], "canary-100", "promotion"],
    [["canary-25", "canary-75", "canary-100"], "canary-25", "rollback"],
    [["canary-25", "canary-75", "canary-100"], "canary-75", "rollback"],
    [["canary-25", "canary-75", "canary-100"], "canary-100", "reapply"],
    [["canary-25", "canary-75", "canary-25"], "canary-75", "promotion"],
    [["canary-25", "canary-75", "canary-25"], "canary-100", "promotion"],
  ];
  for (const [live, to, move] of moves) {
    it(`${live.join(", ")} to ${to} is a ${move}`, () => {
      assert.equal(moveTo(target(to), liveAfter(live)), move);
    });
  }

  it("refuses a stage skipped", () => {
    assert.deepEqual(attempt(target("canary-100"), liveAfter(["canary-25"])), {
      refused:
        "stage canary-100 is refused: release 2.4.18 → 2.4.20 has not been at canary-75 yet (it is at canary-25)",
      hint: "Apply canary-75 first.",
    });
  });
});

describe("the first release of a cluster", () => {
  it("starts at the first stage", () => {
    assert.equal(moveTo(target("canary-25"), undefined), "first");
  });

  for (const stage of ["canary-75", "canary-100"]) {
    it(`does not start at ${stage}`, () => {
      assert.deepEqual(attempt(target(stage), undefined), {
        refused: `stage ${stage} is refused: nothing was released to this cluster yet, and a release starts at canary-25`,
        hint: "Apply canary-25 first.",
      });
    });
  }
});

describe("a new release", () => {
  it("starts once the one before has all the traffic", () => {
    assert.equal(moveTo(target("canary-25", NEXT), liveAfter(LIFECYCLE)), "new release");
  });

  for (const stage of ["canary-75", "canary-100"]) {
    it(`does not start at ${stage}`, () => {
      assert.deepEqual(attempt(target(stage, NEXT), liveAfter(LIFECYCLE)), {
        refused: `stage ${stage} is refused: release 2.4.20 → 2.4.23 is new and starts at canary-25`,
        hint: "Apply canary-25 first.",
      });
    });
  }

  it("has to continue the live version: not the canary of a release that is still under way", () => {
    assert.deepEqual(attempt(target("canary-25", NEXT), liveAfter(["canary-25", "canary-75"])), {
      refused:
        "release 2.4.20 → 2.4.23 does not continue what is live: release.previous is 2.4.20, the live version is 2.4.18 (2.4.18 → 2.4.20 at canary-75)",
      hint: "Finish release 2.4.18 → 2.4.20 first, or set release.previous to 2.4.18 to replace its canary.",
    });
  });

  it("has to continue the live version: not the one before it", () => {
    assert.deepEqual(
      attempt(target("canary-25", { previous: "2.4.18", canary: "2.4.23" }), liveAfter(LIFECYCLE)),
      {
        refused:
          "release 2.4.18 → 2.4.23 does not continue what is live: release.previous is 2.4.18, the live version is 2.4.20 (2.4.18 → 2.4.20 at canary-100)",
        hint: "Set release.previous to 2.4.20 in Pulumi.yaml.",
      },
    );
  });

  it("may replace the canary of a release that is not finished", () => {
    const other = { previous: "2.4.18", canary: "2.4.23" };
    assert.equal(moveTo(target("canary-25", other), liveAfter(["canary-25"])), "new release");
  });

  it("may go on from the version that a rollback left alive", () => {
    const back = liveAfter([...LIFECYCLE, "canary-25"]);
    assert.equal(back.liveVersion, "2.4.18");
    assert.equal(moveTo(target("canary-25", { previous: "2.4.18", canary: "2.4.19" }), back), "new release");
  });

  it("forgets where the release before it has been", () => {
    const started = afterStage("canary-25", NEXT, liveAfter(LIFECYCLE));
    assert.deepEqual(started.reached, ["canary-25"]);
    assert.equal(typeof attempt(target("canary-100", NEXT), started), "object");
  });
});

describe("an override", () => {
  it("allows what would be refused, and is called by its name", () => {
    const skip = target("canary-100", FIRST, "incident 4711");
    assert.equal(moveTo(skip, liveAfter(["canary-25"])), "override");
    assert.equal(moveTo(skip, undefined), "override");
    assert.equal(moveTo(target("canary-100", NEXT, "incident 4711"), liveAfter(["canary-25"])), "override");
  });

  it("changes nothing about a move that is allowed anyway", () => {
    assert.equal(moveTo(target("canary-75", FIRST, "incident 4711"), liveAfter(["canary-25"])), "promotion");
  });

  it("is none when it is empty", () => {
    assert.equal(typeof attempt(target("canary-100", FIRST, ""), undefined), "object");
  });

  it("does not invent a stage", () => {
    assert.deepEqual(attempt(target("canary-50", FIRST, "incident 4711"), undefined), {
      refused: "stage canary-50 is not in lifecycle: canary-25, canary-75, canary-100",
      hint: "Choose one of these stacks, or add canary-50 to lifecycle in Pulumi.yaml.",
    });
  });
});

describe("a walk through the lifecycle", () => {
  const versions = ["2.4.18", "2.4.20", "2.4.23"];
  const step = fc.record({
    stage: fc.constantFrom(...LIFECYCLE),
    previous: fc.constantFrom(...versions),
    canary: fc.constantFrom(...versions),
  });
  const walks = fc.array(
    step.filter(({ previous, canary }) => previous !== canary),
    { maxLength: 60 },
  );

  /** Applies what is allowed of a walk, and gives what is live after each step. */
  function walk(steps: readonly { stage: string; previous: string; canary: string }[]): ReleaseRecord[] {
    let live: ReleaseRecord | undefined;
    return steps.flatMap(({ stage, previous, canary }) => {
      const release = { previous, canary };
      if (typeof attempt(target(stage, release), live) === "object") return [];
      live = afterStage(stage, release, live);
      return [live];
    });
  }

  it("never gets stuck: from everywhere there is a way back, a way on and a next release", () => {
    fc.assert(
      fc.property(walks, (steps) => {
        for (const live of walk(steps)) {
          assert.equal(moveTo(target(live.stage, live.release), live), "reapply");
          for (const earlier of LIFECYCLE.slice(0, LIFECYCLE.indexOf(live.stage))) {
            assert.equal(moveTo(target(earlier, live.release), live), "rollback");
          }
          const later = stageAfter(live.stage, LIFECYCLE);
          if (later) assert.equal(moveTo(target(later, live.release), live), "promotion");
          const next = { previous: live.liveVersion, canary: "3.0.0" };
          assert.equal(moveTo(target("canary-25", next), live), "new release");
        }
      }),
    );
  });

  it("reaches a stage only after those before it", () => {
    fc.assert(
      fc.property(walks, (steps) => {
        for (const { reached, stage } of walk(steps)) {
          assert.deepEqual(reached, LIFECYCLE.slice(0, reached.length));
          assert.ok(reached.includes(stage));
        }
      }),
    );
  });

  it("keeps as live version one that has all the traffic, or had it last", () => {
    fc.assert(
      fc.property(walks, (steps) => {
        for (const { stage, release, liveVersion } of walk(steps)) {
          assert.equal(liveVersion, stage === "canary-100" ? release.canary : release.previous);
        }
      }),
    );
  });
});

describe("stageAfter", () => {
  it("is undefined for the last stage", () => {
    assert.equal(stageAfter("canary-25", LIFECYCLE), "canary-75");
    assert.equal(stageAfter("canary-100", LIFECYCLE), undefined);
  });
});
