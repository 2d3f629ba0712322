import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { statusText } from "../../../../src/cli/print/status.ts";
import { autoscalerPath } from "../../../../src/cluster/objects.ts";
import { deviationText, readConformance } from "../../../../src/operations/conformance.ts";
import { judgeLiveStage } from "../../../../src/operations/judge.ts";
import { planMove } from "../../../../src/operations/move.ts";
import { promote } from "../../../../src/operations/promote.ts";
import { readStatus } from "../../../../src/operations/status.ts";
import { summarize } from "../../../../src/operations/summary.ts";
import { evaluateStage } from "../../../../src/project/evaluate.ts";
import { gatewayPath, routePath } from "../../../../src/routers/gateway/objects.ts";
import { routeSpec } from "../../../../src/routers/gateway/route.ts";
import { edgeUrl } from "../../../../src/verification/address.ts";
import { FakeWorld } from "../../../support/fake-world.ts";
import { ALICE, fakeProject, NAMESPACE, RELEASE, recorder } from "../../../support/fakes.ts";
import { envoyWith } from "../../../support/gateway/envoy.ts";
import { BY_ROUTE, routedStage } from "../../../support/gateway/world.ts";

const GATEWAY = gatewayPath({ namespace: NAMESPACE, name: "shop" });

let world: FakeWorld;
let envoy: Awaited<ReturnType<typeof envoyWith>>;

beforeEach(async () => {
  world = new FakeWorld(fakeProject(RELEASE, BY_ROUTE));
  world.halfway = writeRoute;
  envoy = await envoyWith({ share: undefined });
});
afterEach(async () => {
  await envoy.close();
  await world.close();
});

/** The edge changes between the tracks, and Envoy follows. */
async function writeRoute(stage: string): Promise<void> {
  const { config, plan } = await routedStage(stage);
  world.api.put(routePath(NAMESPACE, "shop"), { metadata: { name: "shop" }, spec: routeSpec(config, plan) });
  envoy.state.share = plan.effectiveCanary;
}

describe("operations with the gateway router", () => {
  it("promote and verify by the route, by Envoy's numbers and by requests", async () => {
    await world.at("canary-25");
    const { verification, rolledBack } = await promote(world, "canary-75", {
      identity: ALICE,
      observer: recorder(),
      signal: new AbortController().signal,
      verification: { ...(await world.verification()), stats: envoy.url },
      confirm: async () => true,
      rollbackOnFailure: true,
      takeOver: false,
    });
    assert.deepEqual(verification?.problems, []);
    assert.deepEqual(
      [verification?.shares.intended, verification?.shares.effective, verification?.shares.applied],
      [75, 75, 75],
    );
    assert.equal(rolledBack, undefined);
  });

  it("show what Envoy applies where it has not followed", async () => {
    await world.at("canary-25");
    envoy.state.share = 75;
    const { live } = await readStatus(world.project, world.api, Promise.resolve([]), envoy.url);
    assert.deepEqual([live?.shares.effective, live?.shares.applied], [25, 75]);
  });

  it("ask the Envoy of the configuration where nobody names one, and do without it where it does not answer", async () => {
    world.project = fakeProject(RELEASE, { ...BY_ROUTE, edge: { ...BY_ROUTE.edge, envoy: [envoy.url] } });
    await world.at("canary-25");
    const applied = async (stats?: string) =>
      (await readStatus(world.project, world.api, Promise.resolve([]), stats)).live?.shares.applied;
    assert.equal(await applied(), 25);
    envoy.state.away = true;
    assert.equal(await applied(), null);
    await assert.rejects(applied(envoy.url), /cannot be read/);
  });

  it("show between how many pods a track is scaled, why that is not so now, and what of it is no drift", async () => {
    const canary = { min: 1, max: 6, cpu: 70 };
    world.project = fakeProject(RELEASE, { ...BY_ROUTE, replicas: { previous: 1, canary } });
    await world.at("canary-25");
    const problem = { type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric" };
    world.api.put(autoscalerPath(NAMESPACE, "shop-new"), {
      metadata: { name: "shop-new" },
      spec: {
        ...{ minReplicas: 1, maxReplicas: 6 },
        metrics: [{ resource: { target: { averageUtilization: 70 } } }],
      },
      status: { conditions: [{ ...problem, message: "no metrics" }] },
    });
    const status = await readStatus(world.project, world.api, Promise.resolve([]), undefined);
    assert.deepEqual(status.live?.deviations, []);
    assert.match(
      statusText(status, (_color, text) => text),
      /^Deployment shop-new {2}1 pod, scaled between 1 and 6, but not now: FailedGetResourceMetric: no metrics$/m,
    );
  });

  it("judge a canary by the requests of its pods, which no other namespace's can be taken for", async () => {
    await world.at("canary-25");
    envoy.state.rate = 500;
    const { evidence } = await judgeLiveStage(world, {
      identity: ALICE,
      observer: recorder(),
      signal: new AbortController().signal,
      gate: {
        ...{ stats: [envoy.url], every: 0.001, least: 0, most: 10, unknown: "hold", harm: "abort" },
        ...{ metrics: [], required: false, ratio: 1.25, points: 0.02 },
        ...{ falseAlarms: 1, certainty: 95, stages: {} },
      },
    });
    assert.equal(evidence.decision, "fine");
    assert.ok(evidence.canary.requests >= 500 && evidence.previous.requests >= 500);
  });

  it("find a move that did not end by the route's weights", async () => {
    await world.at("canary-25");
    await writeRoute("canary-75");
    const found = await readConformance(world.project, world.api);
    assert.deepEqual(found?.deviations.map(deviationText), [
      "  HTTPRoute shop  weight of shop-previous is 25, asked for is 75",
      "  HTTPRoute shop  weight of shop-new is 75, asked for is 25",
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

  it("ask at the Gateway's address, by the listener's port and the path that is served", async () => {
    const urlOf = async (edge: object) => edgeUrl(world.api, (await routedStage("canary-25", edge)).config);
    const gateway = (port: number, address?: string) =>
      world.api.put(GATEWAY, {
        metadata: { name: "shop" },
        spec: {
          listeners: [
            { protocol: "HTTPS", port: 443 },
            { protocol: "HTTP", port },
          ],
        },
        status: { ...(address && { addresses: [{ type: "IPAddress", value: address }] }) },
      });
    await assert.rejects(urlOf({}), /gateways\/shop does not exist/);
    gateway(80);
    await assert.rejects(urlOf({}), /gateways\/shop has no .* status\.addresses/);
    gateway(80, "192.0.2.1");
    assert.equal(await urlOf({}), "http://192.0.2.1");
    gateway(8080, "2001:db8::1");
    assert.equal(await urlOf({ pathPrefix: "/shop" }), "http://[2001:db8::1]:8080/shop");
    assert.equal(
      await urlOf({ host: "a.example.com", tls: { secret: "shop-tls" } }),
      "https://[2001:db8::1]",
    );
  });
});
