import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { deviations, type LiveObjects } from "../../../src/model/conformance.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import type { StagePlan, TrackPlan } from "../../../src/model/plan.ts";

const WEIGHT = "example.com/weight";
const imageOf = (version: string) => `shop:${version}`;

const track = (name: string, version: string, weight: string): TrackPlan => ({
  name,
  version,
  image: imageOf(version),
  replicas: 1,
  identity: {},
  labels: {},
  annotations: { [WEIGHT]: weight },
  effectiveShare: Number(weight),
});

const PLAN: StagePlan = {
  tracks: { previous: track("shop-previous", "1", "75"), canary: track("shop-new", "2", "25") },
  intended: { previous: 75, canary: 25 },
  effectiveCanary: 25,
  selector: {},
};

const live = (version: string, weight: string, replicas?: number): Deployment => ({
  spec: {
    ...(replicas !== undefined && { replicas }),
    template: {
      metadata: { annotations: { [WEIGHT]: weight, "kubectl.kubernetes.io/restartedAt": "now" } },
      spec: { containers: [{ image: imageOf(version) }] },
    },
  },
});

const objects = (found: Deployment | undefined): LiveObjects => ({ found });

describe("deviations", () => {
  it("has none for what the plan asks for, whatever else is on the pods", () => {
    assert.deepEqual(
      deviations(PLAN, { previous: objects(live("1", "75", 1)), canary: objects(live("2", "25")) }),
      [],
    );
  });

  it("names image, replicas and weight that are others", () => {
    const found = deviations(PLAN, {
      previous: objects(live("1", "75", 1)),
      canary: objects(live("3", "75", 0)),
    });
    const object = "Deployment shop-new";
    assert.deepEqual(found, [
      { object, path: "image", planned: "shop:2", live: "shop:3" },
      { object, path: "replicas", planned: 1, live: 0 },
      { object, path: WEIGHT, planned: "25", live: "75" },
    ]);
  });

  it("names a Deployment that is not there, and a template without anything in it", () => {
    const found = deviations(PLAN, {
      previous: objects(undefined),
      canary: objects({ spec: { template: {} } }),
    });
    const lines = found.map(({ object, path, live: now }) => `${object} ${path} ${now}`);
    assert.deepEqual(lines, [
      "Deployment shop-previous  undefined",
      "Deployment shop-new image undefined",
      `Deployment shop-new ${WEIGHT} undefined`,
    ]);
  });

  it("leaves the count to an autoscaler, and names what that has otherwise", () => {
    const { previous, canary } = PLAN.tracks;
    const plan = {
      ...PLAN,
      tracks: { previous, canary: { ...canary, autoscaling: { min: 2, max: 10, cpu: 70 } } },
    };
    const metrics = [{ resource: { target: { averageUtilization: 70 } } }];
    const scaled = (replicas: number, minReplicas: number) =>
      deviations(plan, {
        previous: objects(live("1", "75", 1)),
        canary: {
          found: live("2", "25", replicas),
          autoscaler: { spec: { minReplicas, maxReplicas: 10, metrics } },
        },
      });
    assert.deepEqual(scaled(7, 2), []);
    assert.deepEqual(scaled(7, 9), [
      { object: "HorizontalPodAutoscaler shop-new", path: "minReplicas", planned: 2, live: 9 },
    ]);
    assert.deepEqual(scaled(0, 2), [
      { object: "Deployment shop-new", path: "replicas", planned: "2 to 10", live: 0 },
    ]);
    const none = deviations(plan, {
      previous: objects(live("1", "75", 1)),
      canary: objects(live("2", "25", 7)),
    });
    assert.deepEqual(
      none.map(({ object, path }) => [object, path]),
      [["HorizontalPodAutoscaler shop-new", ""]],
    );
  });
});
