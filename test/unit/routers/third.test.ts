import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { growingTrack } from "../../../src/application/live.ts";
import { foundationConfig, stageConfig } from "../../../src/routers/config.ts";
import { refusalOf, runStage, type StageSetting } from "../../support/program/mocks.ts";
import { exampleStage, objectOf, podsOf, waitsFor } from "../../support/program/replicas-stages.ts";
import { weighted, withWeighted } from "../../support/weighted-router/index.ts";
import { GATEWAY_API } from "../../support/weighted-router/route.ts";

type Json = Record<string, unknown>;

const configOf = (changed: Json = {}) =>
  exampleStage("canary-10", { router: "weighted", edge: undefined, replicas: { each: 2 }, ...changed });

const foundationOf = () => exampleStage("foundation", { router: "weighted", edge: undefined });

const FIRST: StageSetting = {
  stack: "canary-10",
  config: configOf(),
  cluster: { [`/apis/${GATEWAY_API}`]: { kind: "APIResourceList" } },
  routers: withWeighted,
};

describe("the program with a third router, which only a test has", function () {
  this.timeout(20_000);

  it("declares its tracks, its edge, the record and the outputs", async () => {
    const run = await runStage(FIRST);
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
  });

  it("gives the deployer what its objects need", async () => {
    const run = await runStage({ ...FIRST, stack: "foundation", config: foundationOf() });
    const { rules } = objectOf(run, "Role", "replicas-example-deployer").inputs as { rules: object[] };
    assert.deepEqual(rules.at(-1), weighted.deployerRules(foundationConfig(foundationOf(), withWeighted))[0]);
  });

  it("gives a share once both tracks have pods", async () => {
    const run = await runStage(FIRST);
    assert.ok(waitsFor(run, "app-canary", "app-previous"));
    assert.ok(waitsFor(run, "app-service", "app-canary"));
    assert.ok(!waitsFor(run, "app-canary", "app-service"));
  });

  it("changes its weights between the two tracks: when what grows is ready, before the other changes", async () => {
    const deployment = { spec: { replicas: 2, template: {} } };
    const path = "/apis/apps/v1/namespaces/replicas-example/deployments";
    const run = await runStage({
      ...FIRST,
      config: { ...configOf(), takeOver: true },
      cluster: {
        ...FIRST.cluster,
        [`${path}/app-previous`]: deployment,
        [`${path}/app-canary`]: deployment,
      },
    });
    assert.ok(waitsFor(run, "app-service", "app-previous"));
    assert.ok(waitsFor(run, "app-canary", "app-service"));
  });

  it("asks it what is live, where no pod can tell", () => {
    const record = { effectiveCanary: 50 } as never;
    const deployments = { previous: undefined, canary: undefined };
    const now = weighted.live.canaryShareNow({ record, deployments });
    assert.deepEqual([growingTrack(now, 75), growingTrack(now, 25)], ["canary", "previous"]);
  });

  it("looks for its API", async () => {
    const refusal = await refusalOf({ ...FIRST, cluster: {} });
    assert.match(refusal, /does not serve gateway\.networking\.k8s\.io\/v1\nInstall the Gateway API\./);
  });

  it("refuses its secrets in a stage", async () => {
    const refusal = await refusalOf({
      ...FIRST,
      stack: "canary-100",
      config: {
        ...exampleStage("canary-100", { router: "weighted", edge: undefined, replicas: { each: 2 } }),
        gatewayToken: "not-for-eyes",
      },
    });
    assert.match(
      refusal,
      /^gatewayToken stands in a stage's configuration, but belongs to the stack foundation/,
    );
  });
});

describe("the configuration with a third router", () => {
  const refuses = (changed: Json, message: RegExp) =>
    assert.throws(() => stageConfig(configOf(changed), withWeighted), { name: "UserError", message });
  const refusesFoundation = (changed: Json, message: RegExp) =>
    assert.throws(() => foundationConfig({ ...foundationOf(), ...changed }, withWeighted), {
      name: "UserError",
      message,
    });

  it("has its own keys checked", () => {
    refuses({ replicas: { eech: 2 } }, /replicas\.eech is no known key; did you mean replicas\.each\?/);
    const cluster = { kind: "kubeconfig", context: "test", gatewaye: "own" };
    refusesFoundation({ cluster }, /cluster\.gatewaye is no known key; did you mean cluster\.gateway\?/);
  });

  it("does not show its secrets", () => {
    refusesFoundation({ gatewayToken: 4711 }, /^gatewayToken is not right \(a secret, not shown\)/);
  });

  it("names it where an unknown router is refused", () => {
    refuses(
      { router: "weights" },
      /^router is "weights": must be one of voyager, replicas, gateway, weighted$/,
    );
  });
});
