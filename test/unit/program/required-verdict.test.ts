import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { withEntry } from "../../../src/model/history.ts";
import { refusalOf, runStage } from "../../support/program/mocks.ts";
import { clusterAfter, runStages, stageOf } from "../../support/program/stages.ts";

type Decision = "fine" | "harm" | "go on";

const HISTORY = "/api/v1/namespaces/httpdcanary/configmaps/httpd-history";
const COUNTS = { requests: 1000, failed: 0 };

/** The history after canary-25 was judged. */
function judged(decision: Decision): Record<string, unknown> {
  const moves = withEntry("", {
    time: "2026-11-27T20:00:00.000Z",
    who: "alice@laptop",
    move: "judgement",
    stage: "canary-25",
    release: { previous: "2.4.18", canary: "2.4.20" },
    effective: 25,
    measured: null,
    override: "",
    result: "judged",
    seconds: 60,
    verdict: { decision, looks: 12, canary: COUNTS, previous: COUNTS, evidence: 1, bound: 0.01 },
  });
  return { [HISTORY]: { data: { moves } } };
}

/** A stage after others, with the gate and what the history says. */
async function afterStages(
  stages: readonly string[],
  stage: string,
  gate: Record<string, unknown>,
  history: Record<string, unknown> = {},
) {
  const setting = stageOf(stage, { ...clusterAfter(await runStages(stages)), ...history });
  const full = { stats: ["http://127.0.0.1:1/;csv"], ...gate };
  return { ...setting, config: { ...setting.config, gate: full } };
}

const REQUIRED = { required: true };

describe("gate.required", () => {
  for (const [what, history, text] of [
    ["nobody judged", {}, "nobody has judged its canary"],
    ["harms", judged("harm"), "its canary does harm"],
    ["nothing can be said of", judged("go on"), "nothing can be said of its canary yet"],
  ] as const) {
    it(`refuses to leave a stage whose canary ${what}`, async () => {
      const refusal = await refusalOf(await afterStages(["canary-25"], "canary-75", REQUIRED, history));
      assert.equal(
        refusal,
        `stage canary-75 is refused: ${text} at canary-25, and gate.required is set\n` +
          "Judge it with: canary judge. Or set lifecycleOverride in Pulumi.canary-75.yaml to the reason why it does not count.",
      );
    });
  }

  it("lets a fine canary go on, one that nothing is known of where that is configured, and any with a reason", async () => {
    const harmed = await afterStages(["canary-25"], "canary-75", REQUIRED, judged("harm"));
    const runs = [
      await afterStages(["canary-25"], "canary-75", REQUIRED, judged("fine")),
      await afterStages(["canary-25"], "canary-75", { ...REQUIRED, unknown: "proceed" }, judged("go on")),
      { ...harmed, config: { ...harmed.config, lifecycleOverride: "incident 4711" } },
      await afterStages(["canary-25"], "canary-75", {}),
    ];
    for (const setting of runs) {
      const { outputs } = await runStage(setting);
      assert.equal(outputs.stage, "canary-75");
    }
  });

  it("never stands in the way back, nor where a stage is applied again", async () => {
    for (const stage of ["canary-25", "canary-0", "canary-75"]) {
      const { outputs } = await runStage(await afterStages(["canary-25", "canary-75"], stage, REQUIRED));
      assert.equal(outputs.stage, stage);
    }
  });
});
