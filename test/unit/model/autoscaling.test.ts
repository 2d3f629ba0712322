import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { autoscalerProblem, type Carried, podsFirst, podsForShare } from "../../../src/model/autoscaling.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import type { TrackName } from "../../../src/model/names.ts";
import type { StagePlan, TrackPlan } from "../../../src/model/plan.ts";

const carrying = (pods: number, share: number): Carried => ({ pods, share });

describe("how many pods a share needs", () => {
  const cases: readonly [string, TrackName, number, Carried, Carried, number][] = [
    ["a first share: as the other track carries it", "canary", 25, carrying(10, 100), carrying(0, 0), 3],
    ["a canary by its own pods", "canary", 75, carrying(8, 75), carrying(5, 25), 15],
    ["a canary that a version lighter than before is", "canary", 100, carrying(9, 50), carrying(2, 50), 4],
    [
      "a way back by the fewer: what carried 75 % before",
      "previous",
      75,
      carrying(8, 25),
      carrying(9, 75),
      9,
    ],
    ["a way back of a version that has no share", "previous", 100, carrying(8, 0), carrying(12, 100), 12],
    ["whole numbers without a pod for a rounding", "canary", 50, carrying(1, 10), carrying(0, 0), 5],
    ["nothing where nothing is carried", "canary", 25, carrying(0, 0), carrying(0, 0), 0],
  ];
  for (const [what, track, share, previous, canary, expected] of cases) {
    it(what, () => assert.equal(podsForShare(track, share, { previous, canary }), expected));
  }
});

describe("an autoscaler that does nothing", () => {
  it("says why, and is no problem while it does its work or has not begun", () => {
    const spec = { maxReplicas: 6 };
    const condition = (status: string) => ({
      ...{ type: "ScalingActive", status, reason: "FailedGetResourceMetric" },
      message: "unable to get metrics for resource cpu",
    });
    assert.equal(
      autoscalerProblem({ spec, status: { conditions: [condition("False")] } }),
      "FailedGetResourceMetric: unable to get metrics for resource cpu",
    );
    assert.equal(autoscalerProblem({ spec, status: { conditions: [condition("True")] } }), undefined);
    assert.equal(autoscalerProblem({ spec }), undefined);
  });
});

describe("the pods of an autoscaled track before it gets its share", () => {
  const live = (replicas: number): Deployment => ({ spec: { replicas, template: {} } });
  const planned = (effectiveShare: number, autoscaling?: TrackPlan["autoscaling"]): TrackPlan => ({
    ...{ name: "shop", version: "1", image: "shop:1", replicas: autoscaling?.min ?? 1, identity: {} },
    ...{ labels: {}, annotations: {}, effectiveShare, ...(autoscaling && { autoscaling }) },
  });
  const plan = (canary: number, max: number): StagePlan => ({
    tracks: { previous: planned(100 - canary), canary: planned(canary, { min: 2, max, cpu: 70 }) },
    intended: { previous: 100 - canary, canary },
    effectiveCanary: canary,
    selector: {},
  });
  const deployments = { previous: live(8), canary: live(3) };

  it("are those that the share needs, and are asked for nowhere else", () => {
    const now = { deployments, canaryShareNow: 25 };
    assert.deepEqual(podsFirst("canary", plan(75, 20), now), { needed: 9, pods: 9 });
    assert.equal(podsFirst("previous", plan(75, 20), now), undefined);
  });

  it("are no more than its autoscaler may make", () => {
    assert.deepEqual(podsFirst("canary", plan(75, 5), { deployments, canaryShareNow: 25 }), {
      needed: 9,
      pods: 5,
    });
  });

  it("stay as they are where the share does not grow: less is the autoscaler's to make", () => {
    assert.deepEqual(podsFirst("canary", plan(25, 20), { deployments, canaryShareNow: 75 }), {
      needed: 0,
      pods: 3,
    });
    const none = { deployments: { previous: undefined, canary: undefined }, canaryShareNow: undefined };
    assert.deepEqual(podsFirst("canary", plan(25, 20), none), { needed: 0, pods: 2 });
  });
});
