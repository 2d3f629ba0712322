import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { runStage } from "./mocks.ts";
import { committedStage, VOYAGER_INSTALLED } from "./stages.ts";

describe("program", () => {
  it("founds", async () => {
    const run = await runStage({
      stack: "canary-25",
      config: committedStage("canary-25"),
      cluster: VOYAGER_INSTALLED,
    });
    console.log(
      run.resources.map((r) =>
        [r.type, r.name, r.protect, r.retainOnDelete, r.dependsOn.join(), r.hooks.length].join(" "),
      ),
    );
    console.log(JSON.stringify(run.outputs));
    assert.ok(run.resources.length > 0);
  });
});
