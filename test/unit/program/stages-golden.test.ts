import { describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { matchesGolden } from "../../support/program/golden.ts";
import { runStage } from "../../support/program/mocks.ts";
import { runStages, stageOf } from "../../support/program/stages.ts";

/** Everything that the three stages of the committed project register, as JSON, each on what the one before it left. */
describe("golden objects of the stages", () => {
  const stages = ["canary-25", "canary-75", "canary-100"];
  for (const [index, stage] of stages.entries()) {
    it(stage, async () => {
      const { resources } = await runStages(stages.slice(0, index + 1));
      await matchesGolden(stage, resources);
    });
  }

  it("foundation, which they stand on", async () => {
    await matchesGolden(
      "foundation",
      (await runStage({ ...stageOf("foundation"), directory: PROJECT_ROOT })).resources,
    );
  });

  it("canary-0, after the first stage", async () => {
    const { resources } = await runStages(["canary-25", "canary-0"]);
    await matchesGolden("canary-0", resources);
  });
});
