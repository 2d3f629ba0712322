import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { setRelease } from "../../../local/environment/workspace.ts";
import { configMapPath, readPods } from "../../../src/cluster/objects.ts";
import type { Pod } from "../../../src/model/pods.ts";
import { until } from "../../support/until.ts";
import type { TestProject } from "../support/environment.ts";
import { APP, type FaultWorld, faultWorld, RELEASE } from "../support/fault-world.ts";

const NAMESPACES = ["e2e-abort", "e2e-abort-next"] as const;
/** The sooner a pod has to have started, the sooner Kubernetes gives a rollout up: a minute after that. */
const START_SECONDS = 5;
/** Not among the images of the local environment, and no registry has it either. */
const NO_SUCH_VERSION = "9.9.9";

/** The stage outside of the lifecycle, by Pulumi alone: what `canary abort` applies. */
describe("the canary taken out, under load", function () {
  this.timeout(480_000);
  let world: FaultWorld;
  /** For what would have to be waited for twice. */
  let other: FaultWorld;

  before(async () => {
    const [first, second] = NAMESPACES;
    const startsSoon = (project: TestProject) =>
      project.edit("Pulumi.yaml", { app: { ...APP, startSeconds: START_SECONDS } });
    world = await faultWorld(first, startsSoon);
    other = await faultWorld(second, startsSoon);
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
    await requireCanaryOut(world, RELEASE.previous);
    await world.moveTo("canary-25");
    assert.ok(await world.isAt("canary-25"));
  });

  it("is out at 100 %: the previous version is brought up before the canary leaves", async () => {
    for (const stage of ["canary-25", "canary-75", "canary-100"]) await world.moveTo(stage);
    const summary = await world.underLoad(() => world.moveTo("canary-0"));
    assert.deepEqual(summary.failures, []);
    await requireCanaryOut(world, RELEASE.previous);
  });

  // What never becomes ready is waited for, by Kubernetes' own deadline: both at once.
  it("is out where it is never ready, and where a new release is half applied: neither move to it did end", async () => {
    await world.moveTo("canary-25");
    for (const stage of ["canary-75", "canary-100"]) await other.moveTo(stage);
    await Promise.all([neverReady(), halfApplied()]);
  });

  /** It hangs at its start: it is restarted again and again, and what answers is not. */
  async function neverReady(): Promise<void> {
    const summary = await world.underLoad(async () => {
      await world.setVariable("LISTEN_AFTER_SECONDS", "3600");
      const failure = world.failureOf(world.moveTo("canary-75"));
      const isRestarted = async () => (await newestPod())?.restarts;
      await until(isRestarted, { what: "what hangs is restarted", timeoutMs: 120_000 });
      assert.equal((await newestPod())?.serving, false);
      const answering = (await canaryPods()).flat().filter(({ serving }) => serving);
      assert.deepEqual(
        answering.map(({ restarts }) => restarts),
        [0],
      );
      await failure;
      await world.moveTo("canary-0");
      await world.setVariable("LISTEN_AFTER_SECONDS", undefined);
    });
    assert.deepEqual(summary.failures, []);
    await requireCanaryOut(world, RELEASE.previous);
  }

  /** Of each ReplicaSet of the canary, that of the newest specification first. */
  async function canaryPods(): Promise<readonly (readonly Pod[])[]> {
    const podsOf = await readPods(world.api, world.project.namespace, { app: "app" });
    return podsOf("app-new").map(({ pods }) => pods);
  }

  const newestPod = async (): Promise<Pod | undefined> => (await canaryPods())[0]?.[0];

  /** What was live before serves on. */
  async function halfApplied(): Promise<void> {
    const summary = await other.underLoad(async () => {
      await setRelease(other.project.workspace, { previous: RELEASE.canary, canary: NO_SUCH_VERSION });
      const said = await other.failureOf(other.moveTo("canary-25"));
      assert.match(said, /app-new/);
      await other.moveTo("canary-0");
    });
    assert.deepEqual(summary.failures, []);
    assert.deepEqual(Object.keys(summary.byVersion), [RELEASE.canary]);
    await requireCanaryOut(other, RELEASE.canary);
  }

  async function requireCanaryOut(from: FaultWorld, serving: string): Promise<void> {
    const [previous, canary, record] = await Promise.all([
      from.deployment(from.deployments.previous),
      from.deployment(from.deployments.canary),
      from.api.get<{ data: Record<string, string> }>(configMapPath(from.project.namespace, "app-release")),
    ]);
    assert.deepEqual([previous?.spec.replicas, canary?.spec.replicas], [1, 0]);
    const { stage, liveVersion, reached, abortedBy } = record?.data ?? {};
    assert.deepEqual([stage, liveVersion, reached, abortedBy], ["canary-0", serving, "", ""]);
    assert.ok(await from.isAt("canary-0"));
  }
});
