import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { appendHistory } from "../../../../src/application/history.ts";
import { deploymentPath } from "../../../../src/cluster/objects.ts";
import { evaluateStage } from "../../../../src/project/evaluate.ts";
import { podsCheck } from "../../../../src/verification/checks/pods.ts";
import { observe } from "../../../../src/verification/observed-stage.ts";
import type { VerificationOptions } from "../../../../src/verification/options.ts";
import { countRestarts } from "../../../../src/verification/restarts.ts";
import { FakeWorld } from "../../../support/fake-world.ts";
import { NAMESPACE, RELEASE } from "../../../support/fakes.ts";

const STAGE = "canary-25";
const POD = "shop-new-6f7d9-x2k4p";
const POD_PATH = `/api/v1/namespaces/${NAMESPACE}/pods/${POD}`;

let world: FakeWorld;
beforeEach(() => {
  world = new FakeWorld();
});
afterEach(() => world.close());

async function problems(options: Partial<VerificationOptions> = {}): Promise<readonly string[]> {
  const evaluated = await evaluateStage(world.project, STAGE);
  const stage = { ...evaluated, release: RELEASE, intended: evaluated.plan.intended };
  return podsCheck.run(await observe(world.api, stage, { ...(await world.verification()), ...options }));
}

/** The canary's pod is there since its move, and was restarted so often, last at this time. */
async function restarted(restartCount: number, finishedAt?: string): Promise<void> {
  const pod = await world.api.get<{ metadata: object; status: object }>(POD_PATH);
  const status = { restartCount, ...(finishedAt && { lastState: { terminated: { finishedAt } } }) };
  world.api.put(POD_PATH, { ...pod, status: { ...pod?.status, containerStatuses: [status] } });
}

const remember = (time: string, stage = STAGE, result: "done" | "failed" = "done"): Promise<void> =>
  appendHistory(world.api, NAMESPACE, "shop-history", {
    ...{ time, stage, result, who: "alice@laptop", move: "promotion", release: RELEASE },
    ...{ effective: 25, measured: 25, override: "", seconds: 8 },
  });

describe("the check of pods", () => {
  it("finds nothing where both tracks run as the stage asks for", async () => {
    await world.at(STAGE);
    assert.deepEqual(await problems(), []);
  });

  it("names a Deployment that is not there", async () => {
    await world.at(STAGE);
    world.api.objects.delete(deploymentPath(NAMESPACE, "shop-new"));
    assert.deepEqual(await problems(), ["Deployment shop-new does not exist"]);
  });

  it("names the pods that do not serve, and why the rollout stands still", async () => {
    world.broken = STAGE;
    await world.at(STAGE);
    const [rollout, pod, ...shares] = await problems();
    assert.equal(rollout, "Deployment shop-new: it made no progress");
    assert.equal(pod, `Pod ${POD}: Running`);
    assert.match(shares.join(), /^canary 1\.1\.0 gets 0 % by the pods that serve/);
  });

  describe("after a move", () => {
    it("counts the restarts since it began, and none from before", async () => {
      await world.at(STAGE);
      await restarted(3);
      const evaluated = await evaluateStage(world.project, STAGE);
      const restartsBefore = await countRestarts(world.api, evaluated);
      assert.deepEqual(await problems({ restartsBefore }), []);
      await restarted(4);
      assert.deepEqual(await problems({ restartsBefore }), [`Pod ${POD}: restarted once`]);
    });

    it("counts every restart of a pod that was made in it", async () => {
      await world.at(STAGE);
      await restarted(2);
      assert.deepEqual(await problems({ restartsBefore: new Map() }), [`Pod ${POD}: restarted 2 times`]);
    });
  });

  describe("at any other time", () => {
    it("takes no offence at a restart from before the move to the live stage began", async () => {
      await world.at(STAGE);
      await remember("2026-03-04T05:00:00.000Z");
      await restarted(3, "2026-03-04T04:59:59Z");
      assert.deepEqual(await problems(), []);
    });

    it("names a pod that was restarted since, and when", async () => {
      await world.at(STAGE);
      await remember("2026-03-04T05:00:00.000Z");
      await remember("2026-03-04T06:00:00.000Z", "canary-75");
      await remember("2026-03-04T06:30:00.000Z", STAGE, "failed");
      await restarted(3, "2026-03-04T05:00:01Z");
      assert.deepEqual(await problems(), [`Pod ${POD}: restarted 3 times, last at 2026-03-04T05:00:01Z`]);
    });

    it("names every pod that was ever restarted, where the history does not say when the move began", async () => {
      await world.at(STAGE);
      await restarted(1, "2026-03-04T05:00:01Z");
      assert.deepEqual(await problems(), [`Pod ${POD}: restarted once, last at 2026-03-04T05:00:01Z`]);
    });
  });
});
