import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { deviationText, readConformance } from "../../../src/operations/conformance.ts";
import { planMove } from "../../../src/operations/move.ts";
import { type PromoteOptions, promote } from "../../../src/operations/promote.ts";
import { rollback } from "../../../src/operations/rollback.ts";
import { readStatus } from "../../../src/operations/status.ts";
import { summarize } from "../../../src/operations/summary.ts";
import { evaluateStage } from "../../../src/project/evaluate.ts";
import { verifyStage } from "../../../src/verification/verification.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, fakeProject, NAMESPACE, RELEASE, recorder } from "../../support/fakes.ts";
import { withWeighted } from "../../support/weighted-router/index.ts";
import { routePath, routeSpec } from "../../support/weighted-router/route.ts";

const ROUTE = routePath(NAMESPACE, "shop");

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld(
    fakeProject(RELEASE, { router: "weighted", replicas: { each: 2 }, routers: withWeighted }),
  );
  world.halfway = writeRoute;
});
afterEach(() => world.close());

/** The edge changes between the tracks. */
async function writeRoute(stage: string): Promise<void> {
  const { plan } = await evaluateStage(world.project, stage);
  world.api.put(ROUTE, { metadata: { name: "shop" }, spec: routeSpec(plan) });
}

async function options(): Promise<PromoteOptions> {
  return {
    identity: ALICE,
    observer: recorder(),
    signal: new AbortController().signal,
    verification: await world.verification(),
    confirm: async () => true,
    rollbackOnFailure: true,
    takeOver: false,
  };
}

const status = () => readStatus(world.project, world.api, Promise.resolve([]), undefined);

describe("operations with a router that keeps its weights in a route", () => {
  it("promote, verify and write down the share of the route, whatever the pods are", async () => {
    await world.at("canary-25");
    const { verification, rolledBack } = await promote(world, "canary-75", await options());
    assert.deepEqual(verification?.problems, []);
    assert.equal(verification?.shares.effective, 75);
    assert.equal(rolledBack, undefined);
    assert.equal((await world.history())[0]?.result, "done");
    assert.equal((await status()).live?.shares.effective, 75);
  });

  it("roll back, and find the share of the stage before", async () => {
    await world.at("canary-25", "canary-75");
    const { stage, verification } = await rollback(world, undefined, {
      ...(await options()),
      confirm: async () => true,
    });
    assert.deepEqual([stage, verification?.shares.effective, verification?.problems], ["canary-25", 25, []]);
  });

  it("call a stage unfit whose route gives another share", async () => {
    await world.at("canary-25");
    await writeRoute("canary-75");
    const evaluated = await evaluateStage(world.project, "canary-25");
    const live = { ...evaluated, release: RELEASE, intended: evaluated.plan.intended };
    const { problems } = await verifyStage(world.api, live, await world.verification());
    assert.match(problems[0] ?? "", /gets 75 % .* where the stage gives it 25 %/);
  });

  it("find a move that did not end by the route, and the stage that it was going to", async () => {
    await world.at("canary-25");
    await writeRoute("canary-75");
    const found = await readConformance(world.project, world.api);
    assert.deepEqual(found?.deviations.map(deviationText), [
      "  HTTPRoute shop  weight of shop-previous is 25, asked for is 75",
      "  HTTPRoute shop  weight of shop-canary is 75, asked for is 25",
    ]);
    assert.equal(found.unfinishedMoveTo, "canary-75");
  });

  it("foresee no restart of pods, and no share outside of the two stages'", async () => {
    await world.at("canary-25");
    const { tracks, during } = summarize(
      await planMove(world, await evaluateStage(world.project, "canary-75")),
    );
    assert.deepEqual([tracks.previous.restarts, tracks.canary.restarts], [false, false]);
    assert.deepEqual(during, { lowest: 25, highest: 75 });
  });

  it("say that there are no statistics to read", async () => {
    await world.at("canary-25");
    await assert.rejects(
      readStatus(world.project, world.api, Promise.resolve([]), "http://127.0.0.1:1/;csv"),
      /the router weighted has no statistics of its own/,
    );
  });
});
