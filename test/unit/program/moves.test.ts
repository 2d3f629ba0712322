import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Registered, runStage, type StageRun } from "../../support/program/mocks.ts";
import { only, recordOf, tracksOf } from "../../support/program/stage-objects.ts";
import { clusterAfter, committedStage, runStages, stageOf } from "../../support/program/stages.ts";

describe("the order of a move", () => {
  /** Which Deployment waits for the other one, and which have a hook before they change. */
  function order(run: StageRun) {
    const [previous, canary] = ["httpd-previous", "httpd-new"].map((name) => ({
      track: only(run, "canary-stages:index:Track", name),
      deployment: only(run, "kubernetes:apps/v1:Deployment", name),
    })) as [{ track: Registered; deployment: Registered }, { track: Registered; deployment: Registered }];
    return {
      previousWaits: previous.track.dependsOn.includes("httpd-new"),
      canaryWaits: canary.track.dependsOn.includes("httpd-previous"),
      previousHooks: previous.deployment.hooks.length,
      canaryHooks: canary.deployment.hooks.length,
    };
  }
  const canaryGrows = { previousWaits: true, canaryWaits: false, previousHooks: 2, canaryHooks: 0 };
  const previousGrows = { previousWaits: false, canaryWaits: true, previousHooks: 0, canaryHooks: 2 };

  const moves: readonly [what: string, stages: readonly string[], expected: object][] = [
    ["first release: the previous version before the canary", ["canary-25"], previousGrows],
    ["promotion: the canary before the previous version shrinks", ["canary-25", "canary-75"], canaryGrows],
    ["promotion to everything", ["canary-25", "canary-75", "canary-100"], canaryGrows],
    [
      "rollback: the previous version before the canary shrinks",
      ["canary-25", "canary-75", "canary-25"],
      previousGrows,
    ],
    [
      "rollback from everything: the previous version is back before the canary's weight falls",
      ["canary-25", "canary-75", "canary-100", "canary-25"],
      previousGrows,
    ],
  ];
  for (const [what, stages, expected] of moves) {
    it(what, async () => assert.deepEqual(order(await runStages(stages)), expected));
  }
});

describe("the next release", () => {
  it("continues the live version from the first stage on", async () => {
    const finished = await runStages(["canary-25", "canary-75", "canary-100"]);
    const founding = stageOf("canary-25", clusterAfter(finished));
    const release = { previous: "2.4.20", canary: "2.4.23" };
    const run = await runStage({ ...founding, config: { ...committedStage("canary-25"), release } });
    assert.deepEqual(
      tracksOf(run).map(({ image, weight }) => [image, weight]),
      [
        ["httpd:2.4.20", "75"],
        ["httpd:2.4.23", "25"],
      ],
    );
    assert.equal(recordOf(run).reached, "canary-25");
    assert.equal(recordOf(run).liveVersion, "2.4.20");
  });
});
