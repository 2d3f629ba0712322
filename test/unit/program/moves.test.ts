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
    ["abort: the previous version before the canary leaves", ["canary-25", "canary-0"], previousGrows],
    [
      "abort from everything: the previous version is back before the canary leaves",
      ["canary-25", "canary-75", "canary-100", "canary-0"],
      previousGrows,
    ],
  ];
  for (const [what, stages, expected] of moves) {
    it(what, async () => assert.deepEqual(order(await runStages(stages)), expected));
  }
});

describe("the guard", () => {
  it("stands first before every change of an object of the cluster", async () => {
    const { resources } = await runStages(["canary-25", "canary-75"]);
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.ok(objects.length >= 8, `${objects.length} objects`);
    for (const { urn, guarded } of objects) assert.ok(guarded, urn);
  });
});

describe("an abort", () => {
  const inShort = (run: StageRun) =>
    tracksOf(run).map(({ image, replicas, weight }) => [image, replicas, weight]);

  for (const stages of [
    ["canary-25"],
    ["canary-25", "canary-75"],
    ["canary-25", "canary-75", "canary-100"],
  ]) {
    it(`takes the canary out at ${stages.at(-1)}, in one step`, async () => {
      const run = await runStages([...stages, "canary-0"]);
      assert.deepEqual(inShort(run), [
        ["httpd:2.4.18", 1, "100"],
        ["httpd:2.4.20", 0, "0"],
      ]);
      const { stage, reached, liveVersion, abortedBy, abortReason } = recordOf(run);
      assert.deepEqual(
        { stage, reached, liveVersion, abortedBy, abortReason },
        { stage: "canary-0", reached: "", liveVersion: "2.4.18", abortedBy: "", abortReason: "" },
      );
    });
  }

  it("says in the record who took it out and why, also after the stage is applied once more", async () => {
    const live = clusterAfter(await runStages(["canary-25"]));
    const abort = { by: "alice@laptop", reason: "errors doubled" };
    const aborted = await runStage({ ...stageOf("canary-0", live), handsOver: true, abort });
    const again = await runStage(stageOf("canary-0", clusterAfter(aborted)));
    for (const run of [aborted, again]) {
      const { abortedBy, abortReason } = recordOf(run);
      assert.deepEqual([abortedBy, abortReason], ["alice@laptop", "errors doubled"]);
    }
  });

  it("keeps the version that serves where Pulumi.yaml already has the next release", async () => {
    const live = clusterAfter(await runStages(["canary-25"]));
    const release = { previous: "2.4.20", canary: "2.4.23" };
    const run = await runStage({
      ...stageOf("canary-0", live),
      config: { ...committedStage("canary-0"), release },
    });
    assert.deepEqual(inShort(run), [
      ["httpd:2.4.18", 1, "100"],
      ["httpd:2.4.20", 0, "0"],
    ]);
    assert.equal(recordOf(run).canary, "2.4.20");
  });

  it("lets the same release begin again at its first stage", async () => {
    const run = await runStages(["canary-25", "canary-75", "canary-0", "canary-25"]);
    const { stage, reached, abortedBy } = recordOf(run);
    assert.deepEqual([stage, reached, abortedBy], ["canary-25", "canary-25", undefined]);
  });
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
