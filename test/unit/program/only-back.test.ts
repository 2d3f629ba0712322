import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { ONLY_BACK_VARIABLE } from "../../../src/program/only-back.ts";
import { refusalOf, runStage } from "../../support/program/mocks.ts";
import { clusterAfter, committedStage, runStages, stageOf } from "../../support/program/stages.ts";

describe("a run that may only go back", () => {
  beforeEach(() => {
    process.env[ONLY_BACK_VARIABLE] = "true";
  });
  afterEach(() => {
    delete process.env[ONLY_BACK_VARIABLE];
  });

  const without = async (stages: readonly string[]) => {
    delete process.env[ONLY_BACK_VARIABLE];
    const live = clusterAfter(await runStages(stages));
    process.env[ONLY_BACK_VARIABLE] = "true";
    return live;
  };

  it("promotes nothing, whatever stage it is given", async () => {
    const live = await without(["canary-25"]);
    assert.match(
      await refusalOf(stageOf("canary-75", live)),
      /^stage canary-75 is refused: it would be a promotion, and CANARY_ONLY_BACK lets this run only go back\n/,
    );
  });

  it("begins nothing, and overrides nothing", async () => {
    assert.match(await refusalOf(stageOf("canary-25")), /it would be the first release/);
    const setting = stageOf("canary-100", await without(["canary-25"]));
    const config = { ...committedStage("canary-100"), lifecycleOverride: "INC-1" };
    assert.match(await refusalOf({ ...setting, config }), /it would be an override/);
  });

  it("goes back, takes the canary out, and repairs what is live", async () => {
    const live = await without(["canary-25", "canary-75"]);
    for (const stage of ["canary-25", "canary-0", "canary-75"])
      assert.ok((await runStage(stageOf(stage, live))).resources.length > 0, stage);
  });
});
