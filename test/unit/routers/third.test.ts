import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { growingTrack, NOTHING_LIVE } from "../../../src/application/live.ts";
import { DECLARE } from "../../../src/components/access.ts";
import { type Config, parseConfig } from "../../../src/config/stage.ts";
import type { TrackName } from "../../../src/model/names.ts";
import { routers } from "../../../src/routers/index.ts";
import { planners } from "../../../src/routers/planners.ts";
import type { EdgeArgs, Router } from "../../../src/routers/router.ts";
import { routerSchemas } from "../../../src/routers/schemas.ts";
import { runStage } from "../../support/program/mocks.ts";
import { exampleStage, objectOf, podsOf, waitsFor } from "../../support/program/replicas-stages.ts";

type WeightedConfig = Config & { readonly replicas: { readonly each: number } };

const GATEWAY_API = "gateway.networking.k8s.io/v1";
const ROUTE_PATH = "/apis/gateway.networking.k8s.io/v1/namespaces/replicas-example/httproutes/app";

/** A router that only this test has: weights stand in a route of the Gateway API, pods know nothing of them. */
const weightedRouter: Router<WeightedConfig> = {
  requires: () => [{ groupVersion: GATEWAY_API, installation: "Install the Gateway API." }],
  deployerRules: [{ apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: DECLARE }],
  plan: ({ app, release, traffic, replicas }) => {
    const track = (name: TrackName) => ({
      name: `${app.name}-${name}`,
      version: release[name],
      replicas: replicas.each,
      identity: { app: app.name, track: name },
      labels: { app: app.name, track: name },
      annotations: {},
      effectiveShare: traffic[name],
    });
    return {
      tracks: { previous: track("previous"), canary: track("canary") },
      intended: traffic,
      effectiveCanary: traffic.canary,
      selector: { app: app.name },
    };
  },
  canaryShareNow: ({ record }) => record?.effectiveCanary,
  podSecurity: "restricted",
  found: async () => [],
  addressPath: () => ROUTE_PATH,
  declare: (name, args, options) => new WeightedEdge(name, args, options),
};

class WeightedEdge extends pulumi.ComponentResource {
  constructor(name: string, args: EdgeArgs<WeightedConfig>, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:WeightedEdge", name, {}, options);
    const { previous, canary } = args.plan.tracks;
    const backendRefs = [previous, canary].map((track) => ({
      name: track.name,
      weight: track.effectiveShare,
    }));
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: GATEWAY_API,
        kind: "HTTPRoute",
        metadata: { name: args.config.app.name, namespace: args.namespace },
        spec: { rules: [{ backendRefs }] },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

const weightedStage = (changed: Record<string, unknown> = {}) =>
  exampleStage("canary-10", { router: "weighted", edge: undefined, replicas: { each: 2 }, ...changed });

const INSTALLED = { [`/apis/${GATEWAY_API}`]: { kind: "APIResourceList" } };

describe("a third router, which only a test has", function () {
  this.timeout(20_000);

  before(() => {
    routers.weighted = weightedRouter;
    planners.weighted = weightedRouter;
    routerSchemas.weighted = {
      edge: z.strictObject({}).prefault({}),
      replicas: z.strictObject({ each: z.int().min(1) }),
    };
  });

  after(() => {
    delete routers.weighted;
    delete planners.weighted;
    delete routerSchemas.weighted;
  });

  it("runs the whole program: its tracks, its edge, the record and the outputs", async () => {
    const run = await runStage({ stack: "canary-10", config: weightedStage(), cluster: INSTALLED });
    assert.equal(podsOf(run, "app-previous").replicas, 2);
    assert.equal(podsOf(run, "app-canary").image, "canary-stages/app:2.0.0");
    assert.deepEqual(objectOf(run, "HTTPRoute", "app").inputs.spec, {
      rules: [
        {
          backendRefs: [
            { name: "app-previous", weight: 90 },
            { name: "app-canary", weight: 10 },
          ],
        },
      ],
    });
    const { data } = objectOf(run, "ConfigMap", "app-release").inputs as { data: Record<string, string> };
    assert.deepEqual(
      [data.stage, data.trafficCanary, data.effectiveCanary, data.liveVersion],
      ["canary-10", "10", "10", "1.0.0"],
    );
    assert.deepEqual(run.outputs.effective, { previous: 90, canary: 10 });
    const { rules } = objectOf(run, "Role", "replicas-example-deployer").inputs as { rules: object[] };
    assert.deepEqual(rules.at(-1), weightedRouter.deployerRules[0]);
  });

  it("changes its weights between the two tracks: when what grows is ready, before the other changes", async () => {
    const run = await runStage({ stack: "canary-10", config: weightedStage(), cluster: INSTALLED });
    assert.ok(waitsFor(run, "app-service", "app-previous"));
    assert.ok(waitsFor(run, "app-canary", "app-service"));
  });

  it("is asked what is live, where no pod can tell", () => {
    const record = { effectiveCanary: 50 } as never;
    const now = weightedRouter.canaryShareNow({ ...NOTHING_LIVE, record });
    assert.deepEqual([growingTrack(now, 75), growingTrack(now, 25)], ["canary", "previous"]);
  });

  it("has its API looked for, and its own keys checked", async () => {
    await assert.rejects(
      runStage({ stack: "canary-10", config: weightedStage() }),
      /does not serve gateway\.networking\.k8s\.io\/v1\nInstall the Gateway API\./,
    );
    assert.throws(() => parseConfig(weightedStage({ replicas: { eech: 2 } })), {
      name: "UserError",
      message: /replicas\.eech is no known key; did you mean replicas\.each\?/,
    });
  });

  it("is named where an unknown router is refused", () => {
    assert.throws(() => parseConfig(weightedStage({ router: "weights" })), { message: /weighted/ });
  });
});
