import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { LiveTrack } from "../../../../src/application/tracks.ts";
import { type Route, routeState, shareIn, weightIn } from "../../../../src/routers/gateway/live-route.ts";
import { routeSpec } from "../../../../src/routers/gateway/route.ts";
import { trafficOf } from "../../../../src/routers/gateway/traffic.ts";
import { RELEASE } from "../../../support/fakes.ts";
import { ACCEPTED, condition, routedStage } from "../../../support/gateway/world.ts";

const { config, plan } = await routedStage("canary-25");

type Parents = NonNullable<NonNullable<Route["status"]>["parents"]>;

const route = (parents: object[] = [], weights?: [number, number]): Route => {
  const spec = routeSpec(config, plan);
  const [rule] = spec.rules;
  const backendRefs = rule?.backendRefs?.map((one, at) => ({ ...one, weight: weights?.[at] ?? one.weight }));
  return {
    metadata: { name: "shop", generation: 2 },
    spec: {
      ...spec,
      rules: [{ ...rule, matches: rule?.matches ?? [], ...(backendRefs && { backendRefs }) }],
    },
    status: { parents: parents as unknown as Parents },
  };
};

const stateOf = (conditions: object[], parentRef: object = { name: "shop" }) =>
  routeState(route([{ parentRef, conditions }]), config);

describe("the state of a route", () => {
  it("is accepted by both conditions of this generation, at this Gateway", () => {
    assert.deepEqual(stateOf(ACCEPTED), { state: "accepted" });
    assert.equal(stateOf([condition("Accepted")]).state, "pending");
    assert.equal(stateOf([condition("Accepted"), condition("ResolvedRefs", "True", 1)]).state, "pending");
    for (const other of [
      { name: "other" },
      { name: "shop", namespace: "infra" },
      { name: "shop", sectionName: "http" },
    ])
      assert.deepEqual(stateOf(ACCEPTED, other), {
        state: "pending",
        reason: "no controller has looked at it",
      });
    assert.equal(routeState(route(), config).state, "pending");
  });

  it("is refused by any of them that is false, and where rules were dropped", () => {
    const refusal = stateOf([condition("Accepted", "False", 2, "no listener"), condition("ResolvedRefs")]);
    assert.deepEqual(refusal, {
      state: "refused",
      reason: "Accepted is False, BackendNotFound: no listener",
    });
    assert.equal(stateOf([...ACCEPTED, condition("PartiallyInvalid")]).state, "refused");
    assert.equal(stateOf([condition("Accepted", "False", 1), condition("ResolvedRefs")]).state, "pending");
  });
});

describe("the shares of a route", () => {
  it("are the weights, whatever they add up to", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (previous, canary) => {
        const found = route([], [previous, canary]);
        assert.deepEqual(
          [weightIn(found, "shop", "previous"), weightIn(found, "shop", "canary")],
          [previous, canary],
        );
        const sum = shareIn(found, "shop", "previous") + shareIn(found, "shop", "canary");
        assert.ok(Math.abs(sum - (previous + canary === 0 ? 0 : 100)) < 1e-9);
      }),
    );
  });

  it("are none of a route that leads elsewhere, or is not there", () => {
    assert.equal(weightIn(route(), "other", "canary"), undefined);
    assert.equal(shareIn(undefined, "shop", "canary"), 0);
  });
});

describe("the traffic of a route", () => {
  const track = (images: readonly string[], serving = true): LiveTrack => ({
    deployment: "",
    found: undefined,
    rollout: { state: "complete" },
    replicas: images.length,
    replicaSets: [
      {
        name: "set",
        revision: "1",
        pods: images.map((image) => ({ version: image, serving, weight: 1 })) as never,
      },
    ],
  });
  const served = (previous: LiveTrack, canary: LiveTrack, weights?: [number, number]) =>
    trafficOf("shop", route([], weights)).servedShare(
      { previous, canary },
      { release: RELEASE, intended: plan.intended },
    );
  const OLD = RELEASE.previous;
  const NEW = RELEASE.canary;

  it("goes by the weights, and not by the number of pods", () => {
    assert.equal(served(track([OLD, OLD, OLD]), track([NEW])), 25);
    assert.equal(served(track([OLD]), track([NEW, NEW, NEW]), [99, 1]), 1);
  });

  it("goes by the version that a track's pods are of", () => {
    assert.equal(served(track([OLD]), track([OLD, NEW])), 12.5);
    assert.equal(served(track([OLD]), track([OLD])), 0);
  });

  it("leaves out a track whose pods do not serve, and is none where nothing does", () => {
    assert.equal(served(track([OLD]), track([NEW], false)), 0);
    assert.equal(served(track([]), track([NEW])), 100);
    assert.equal(served(track([]), track([])), undefined);
    assert.equal(served(track([OLD]), track([NEW]), [0, 0]), undefined);
  });

  it("is the route's word for what the canary has, where it has one", () => {
    const shareOf = (found: Route | undefined) => trafficOf("shop", found).canaryShare;
    assert.deepEqual([shareOf(route()), shareOf(route([], [1, 3])), shareOf(route([], [1, 0]))], [25, 75, 0]);
    assert.deepEqual([shareOf(undefined), shareOf(route([], [0, 0]))], [undefined, undefined]);
  });

  it("deviates by the weights", () => {
    assert.deepEqual(trafficOf("shop", route()).deviations(plan), []);
    assert.deepEqual(
      trafficOf("shop", route([], [50, 50]))
        .deviations(plan)
        .map(({ path, planned, live }) => [path, planned, live]),
      [
        ["weight of shop-previous", 75, 50],
        ["weight of shop-new", 25, 50],
      ],
    );
    assert.equal(trafficOf("shop", undefined).deviations(plan).length, 2);
  });
});
