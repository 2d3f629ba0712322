import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { stageConfig } from "../../../../src/routers/config.ts";
import { gateway } from "../../../../src/routers/gateway/index.ts";
import { gatewayStage, runGatewayStages } from "../../../support/program/gateway-stages.ts";
import { matchesGolden } from "../../../support/program/golden.ts";
import { refusalOf, runStage } from "../../../support/program/mocks.ts";
import { objectOf } from "../../../support/program/replicas-stages.ts";
import { clusterAfter, committedStage } from "../../../support/program/stages.ts";

type Json = Record<string, unknown>;

const SCALED = { min: 2, max: 10, cpu: 70 };
const replicas = { previous: 3, canary: SCALED };
const AUTOSCALERS = "/apis/autoscaling/v2/namespaces/httpdcanary/horizontalpodautoscalers";
const API = { "/apis/autoscaling/v2": { kind: "APIResourceList" }, [AUTOSCALERS]: { items: [] } };

const specOf = (run: Awaited<ReturnType<typeof runStage>>, kind: string, name: string) =>
  objectOf(run, kind, name).inputs.spec as Json;

describe("a track with an autoscaler", function () {
  this.timeout(30_000);

  it("has a Deployment that says nothing of its count, and an autoscaler behind it", async () => {
    const run = await runStage(gatewayStage("canary-25", API, { replicas }));
    assert.equal("replicas" in specOf(run, "Deployment", "httpd-new"), false);
    assert.equal(specOf(run, "Deployment", "httpd-previous").replicas, 3);
    assert.deepEqual(objectOf(run, "HorizontalPodAutoscaler", "httpd-new").dependsOn, ["httpd-new"]);
    await matchesGolden(
      "gateway-autoscaled",
      run.resources.filter(({ type }) => /:(Deployment|HorizontalPodAutoscaler)$/.test(type)),
    );
  });

  it("is planned with its least number of pods", () => {
    const { tracks } = gateway.plan(stageConfig(gatewayStage("canary-75", {}, { replicas }).config));
    assert.deepEqual([tracks.canary.replicas, tracks.canary.autoscaling], [2, SCALED]);
    assert.deepEqual([tracks.previous.replicas, tracks.previous.autoscaling], [3, undefined]);
  });

  it("asks for nothing that a cluster of fixed counts has not", async () => {
    const run = await runGatewayStages(["canary-25"]);
    assert.ok(!run.resources.some(({ type }) => type.endsWith(":HorizontalPodAutoscaler")));
  });

  it("is refused beside an autoscaler of somebody else's on the same Deployment", async () => {
    const live = clusterAfter(await runGatewayStages(["canary-25"]));
    const autoscaler = (name: string, target: string) => ({
      metadata: { name },
      spec: { scaleTargetRef: { kind: "Deployment", name: target } },
    });
    const settingWith = (...items: object[]) =>
      gatewayStage("canary-75", { ...live, ...API, [AUTOSCALERS]: { items } }, { replicas });
    assert.match(
      await refusalOf(settingWith(autoscaler("by-hand", "httpd-new"))),
      /^HorizontalPodAutoscaler by-hand scales Deployment httpd-new, .*\nDelete it \(kubectl -n httpdcanary delete hpa by-hand\)/,
    );
    await runStage(
      settingWith(autoscaler("httpd-new", "httpd-new"), autoscaler("by-hand", "httpd-previous")),
    );
  });

  it("is refused by a cluster that is too old, and where the foundation gave no right to it", async () => {
    const live = clusterAfter(await runGatewayStages(["canary-25"]));
    assert.match(
      await refusalOf(gatewayStage("canary-75", live, { replicas })),
      /does not serve autoscaling\/v2\nKubernetes has it from version 1\.23 on/,
    );
    assert.match(
      await refusalOf(
        gatewayStage("canary-75", { ...live, ...API, [AUTOSCALERS]: { forbidden: true } }, { replicas }),
      ),
      /^the deployer may not scale httpd-new: .*\nThe foundation gives it that right: apply it again/,
    );
  });
});

describe("an autoscaler in the configuration is refused", () => {
  const refuses = (values: Json, message: string) =>
    assert.throws(() => stageConfig({ ...committedStage("canary-75"), ...values }), {
      name: "UserError",
      message,
    });
  const canary = (value: unknown) => ({ router: "gateway", replicas: { previous: 1, canary: value } });

  const wrong: readonly [what: string, values: Json, message: string][] = [
    [
      "without what it goes by",
      canary({ min: 1, max: 2 }),
      "replicas.canary.cpu is missing: must be a whole number of percent",
    ],
    [
      "with a key that is no key of it",
      canary({ min: 1, max: 2, cpu: 70, cpuu: 70 }),
      "replicas.canary.cpuu is no known key; did you mean replicas.canary.cpu?",
    ],
    [
      "that begins at none",
      canary({ ...SCALED, min: 0 }),
      "replicas.canary.min is 0: must be at least 1: a track without pods is replicas 0",
    ],
    [
      "whose least is more than its most",
      canary({ min: 3, max: 2, cpu: 70 }),
      "replicas.canary.max is 2: must not be less than min",
    ],
    ["that is a fraction", canary(1.5), "replicas.canary is 1.5: must be a whole number of pods"],
    ["in words", canary("many"), 'replicas.canary is "many": must be a whole number of pods'],
    [
      "with voyager, whose weights are computed from counts",
      { replicas: { previous: 1, canary: SCALED } },
      'replicas.canary is {"min":2,"max":10,"cpu":70}: must be a whole number of pods: the shares are made of these counts here, and an autoscaler would change them; router: gateway has autoscaling',
    ],
    [
      "with replicas, whose shares are counts",
      { router: "replicas", replicas: { total: SCALED } },
      'replicas.total is {"min":2,"max":10,"cpu":70}: must be a whole number of pods: the shares are made of these counts here, and an autoscaler would change them; router: gateway has autoscaling',
    ],
  ];
  for (const [what, values, message] of wrong) it(what, () => refuses(values, message));
});
