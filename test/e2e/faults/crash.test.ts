import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { until } from "../../../local/process/until.ts";
import { rollback } from "../../../src/operations/rollback.ts";
import { evaluateStage } from "../../../src/project/evaluate.ts";
import { verifyStage } from "../../../src/verification/verification.ts";
import { type FaultWorld, faultWorld, report } from "../support/fault-world.ts";
import { unattended } from "../support/unattended.ts";

const NAMESPACE = "e2e-fault-crash";
const SECONDS_TO_CRASH = 60;
const WATCHED = { timeoutMs: 180_000, everyMs: 1000 };

describe("a canary that crashes a minute after it was ready, under load", function () {
  this.timeout(400_000);
  let world: FaultWorld;

  before(async () => {
    world = await faultWorld(NAMESPACE);
  });

  it("fits at first, is found when the stage is looked at again, and goes back in one step", async () => {
    const options = { requests: 400, precision: 5, rule: {}, url: world.url };
    let problems: readonly string[] = [];
    const summary = await world.underLoad(async () => {
      await world.setVariable("FAIL_AFTER_SECONDS", String(SECONDS_TO_CRASH));
      const promoted = await world.promoteTo("canary-75", { verification: options });
      assert.deepEqual(promoted.verification?.problems, []);
      const isFound = await until(async () => {
        const { project } = await world.project.operator();
        const { config, ...stage } = await evaluateStage(project, "canary-75");
        const { intended } = stage.plan;
        const live = { ...stage, config, release: config.release, intended };
        ({ problems } = await verifyStage(world.api, live, options));
        return problems.some((problem) => /restarted/.test(problem));
      }, WATCHED);
      assert.ok(isFound, `it crashed, and nothing says so: ${problems.join("; ")}`);
      const back = await rollback(await world.project.operator(), undefined, unattended);
      assert.equal(back.stage, "canary-25");
      await world.setVariable("FAIL_AFTER_SECONDS", undefined);
    });
    // HAProxy says 502 for the request that the process was at when it died; for all others there is another pod.
    assert.ok(
      summary.failures.every(({ kind, detail }) => kind !== "status" || detail === "502"),
      JSON.stringify(summary.failures),
    );
    assert.ok(await world.isAt("canary-25"));
    const failed = (100 * summary.failed) / summary.requests;
    assert.ok(failed < 5, `${failed} % of the requests failed`);
    await report(
      {
        group: "application",
        fault: "the canary crashes a minute after it was ready",
        operator: problems.find((problem) => /restarted/.test(problem)) ?? "",
        wayOut:
          "rollback; promote --soak looks at each stage again before the next, and --rollback-on-failure goes back by itself",
      },
      summary,
    );
  });
});
