import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { setRelease } from "../../../local/environment/workspace.ts";
import { type FaultWorld, faultWorld, RELEASE } from "../support/fault-world.ts";

const NAMESPACE = "e2e-abort";
const RECORD = `/api/v1/namespaces/${NAMESPACE}/configmaps/app-release`;
/** Not among the images of the local environment, and no registry has it either. */
const NO_SUCH_VERSION = "9.9.9";

/** The stage outside of the lifecycle, by Pulumi alone: what `canary abort` applies. */
describe("the canary taken out, under load", function () {
  this.timeout(480_000);
  let world: FaultWorld;

  before(async () => {
    world = await faultWorld(NAMESPACE);
  });

  it("is out in one step at 25 %, by pulumi up, and the release may begin again", async () => {
    const summary = await world.underLoad(async () => {
      const { exitCode: made, output: said } = await world.project.pulumi("stack", "init", "canary-0");
      assert.equal(made, 0, said);
      const { exitCode, output } = await world.project.pulumi(
        "up",
        "-s",
        "canary-0",
        "--yes",
        "--skip-preview",
      );
      assert.equal(exitCode, 0, output);
    });
    assert.deepEqual(summary.failures, []);
    await requireCanaryOut("1.0.0");
    await world.moveTo("canary-25");
    assert.ok(await world.isAt("canary-25"));
  });

  it("is out where it is never ready, and the move to it did not end", async () => {
    const summary = await world.underLoad(async () => {
      await world.setVariable("NEVER_READY", "yes");
      await world.failureOf(world.moveTo("canary-75"));
      await world.moveTo("canary-0");
      await world.setVariable("NEVER_READY", undefined);
    });
    assert.deepEqual(summary.failures, []);
    await requireCanaryOut("1.0.0");
  });

  it("is out at 100 %: the previous version is brought up before the canary leaves", async () => {
    for (const stage of ["canary-25", "canary-75", "canary-100"]) await world.moveTo(stage);
    const summary = await world.underLoad(() => world.moveTo("canary-0"));
    assert.deepEqual(summary.failures, []);
    await requireCanaryOut("1.0.0");
  });

  it("is out where a new release is half applied: what was live before serves on", async () => {
    for (const stage of ["canary-25", "canary-75", "canary-100"]) await world.moveTo(stage);
    const summary = await world.underLoad(async () => {
      await setRelease(world.project.workspace, { previous: RELEASE.canary, canary: NO_SUCH_VERSION });
      const said = await world.failureOf(world.moveTo("canary-25"));
      assert.match(said, /app-new/);
      await world.moveTo("canary-0");
    });
    assert.deepEqual(summary.failures, []);
    assert.deepEqual(Object.keys(summary.byVersion), [RELEASE.canary]);
    await requireCanaryOut(RELEASE.canary);
  });

  async function requireCanaryOut(serving: string): Promise<void> {
    const [previous, canary, record] = await Promise.all([
      world.deployment(world.deployments.previous),
      world.deployment(world.deployments.canary),
      world.api.get<{ data: Record<string, string> }>(RECORD),
    ]);
    assert.deepEqual([previous?.spec.replicas, canary?.spec.replicas], [1, 0]);
    const { stage, liveVersion, reached, abortedBy } = record?.data ?? {};
    assert.deepEqual([stage, liveVersion, reached, abortedBy], ["canary-0", serving, "", ""]);
    assert.ok(await world.isAt("canary-0"));
  }
});
