import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { ApiError, type RequestBody } from "../../../src/cluster/api.ts";
import { autoscalerPath, deploymentPath } from "../../../src/cluster/objects.ts";
import type { StagePlan } from "../../../src/model/plan.ts";
import { stageScaling } from "../../../src/program/scaling.ts";
import { routers } from "../../../src/routers/index.ts";
import { FakeApi, fakeProject, NAMESPACE, RELEASE } from "../../support/fakes.ts";
import { BY_ROUTE } from "../../support/gateway/world.ts";

type Spec = Readonly<Record<string, unknown>>;

/** Merges the `spec` of a patch, and notes by whom it was written. */
class ScaledApi extends FakeApi {
  readonly written: string[] = [];

  override async send<T>(method: string, path: string, body?: RequestBody): Promise<T> {
    const [object = "", query = ""] = path.split("?");
    this.written.push(`${method} ${object.split("/").slice(-2).join(" ")} ${query}`.trim());
    if (method !== "PATCH") return super.send(method, path, body);
    const { spec } = (body as RequestBody).content as { spec: Spec };
    return this.put(object, { metadata: { name: "shop" }, spec: { ...this.spec(object), ...spec } }) as T;
  }

  spec(path: string): Spec {
    return (this.objects.get(path) as { spec?: Spec } | undefined)?.spec ?? {};
  }
}

const DEPLOYMENT = deploymentPath(NAMESPACE, "shop-new");
const AUTOSCALER = autoscalerPath(NAMESPACE, "shop-new");
const SCALED = { min: 2, max: 20, cpu: 70 };

let api: ScaledApi;

beforeEach(() => {
  api = new ScaledApi();
});

/** A stage of the fake project on 8 and 3 pods at 75 and 25 %. */
async function scalingFor(stage: string, canary: number | typeof SCALED) {
  const project = fakeProject(RELEASE, { ...BY_ROUTE, replicas: { previous: 8, canary } });
  const plan: StagePlan = routers.gateway.plan(await project.stage(stage));
  const deployment = (replicas: number) => ({ spec: { replicas, template: {} } });
  const deployments = { previous: deployment(8), canary: deployment(3) };
  api.put(DEPLOYMENT, { metadata: { name: "shop-new" }, ...deployments.canary });
  const scaling = stageScaling({
    router: routers.gateway,
    api,
    namespace: NAMESPACE,
    plan,
    live: { deployments, canaryShareNow: 25 },
  });
  assert.ok(scaling);
  return scaling;
}

const putAutoscaler = () =>
  api.put(AUTOSCALER, { metadata: { name: "shop-new" }, spec: { minReplicas: 2, maxReplicas: 20 } });

describe("an autoscaled track in a move", () => {
  it("gets the pods for its share first, by its minimum and its count; the minimum is given back at the end", async () => {
    const scaling = await scalingFor("canary-75", SCALED);
    putAutoscaler();
    await scaling.raise("canary");
    assert.equal(api.spec(AUTOSCALER).minReplicas, 9);
    assert.equal(api.spec(DEPLOYMENT).replicas, 9);
    assert.match(api.written.join("\n"), /autoscalers shop-new\nPATCH deployments shop-new fieldManager=/);
    await scaling.settle();
    assert.deepEqual([api.spec(AUTOSCALER).minReplicas, api.spec(DEPLOYMENT).replicas], [2, 9]);
  });

  it("is left alone where it has pods enough, and where its share does not grow", async () => {
    putAutoscaler();
    const wide = await scalingFor("canary-75", SCALED);
    api.put(DEPLOYMENT, { metadata: { name: "shop-new" }, spec: { replicas: 12, template: {} } });
    await wide.raise("canary");
    const same = await scalingFor("canary-25", SCALED);
    await same.raise("canary");
    await same.settle();
    assert.deepEqual(api.written, []);
  });

  it("keeps its count when it goes to an autoscaler: another manager owns it before ours lets go", async () => {
    const scaling = await scalingFor("canary-25", SCALED);
    await scaling.handOver("canary");
    assert.deepEqual(api.written, ["PATCH deployments shop-new fieldManager=canary-stages-count&force=true"]);
    assert.equal(api.spec(DEPLOYMENT).replicas, 3);
    api.put(DEPLOYMENT, { metadata: { name: "shop-new" }, spec: { replicas: 0, template: {} } });
    await scaling.handOver("canary");
    assert.equal(api.spec(DEPLOYMENT).replicas, 2);
  });

  it("has no autoscaler left once its count is fixed, and nobody is asked to delete one that is not there", async () => {
    const scaling = await scalingFor("canary-25", 3);
    putAutoscaler();
    await scaling.handOver("canary");
    assert.equal(api.objects.has(AUTOSCALER), false);
    await scaling.settle();
    assert.deepEqual(api.written, ["DELETE horizontalpodautoscalers shop-new"]);
  });

  it("needs no right to autoscalers where there is none", async () => {
    const scaling = await scalingFor("canary-25", 3);
    api.onRequest = () => {
      throw new ApiError(403, "horizontalpodautoscalers are forbidden");
    };
    await scaling.handOver("canary");
    await scaling.settle();
    api.onRequest = () => {
      throw new ApiError(500, "etcd is away");
    };
    await assert.rejects(scaling.settle(), /etcd is away/);
  });
});
