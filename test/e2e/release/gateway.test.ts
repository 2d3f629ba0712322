import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import type { Summary } from "../../../bench/load/summary.ts";
import { applyLocalFoundation } from "../../../local/environment/foundation.ts";
import { setRelease } from "../../../local/environment/workspace.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { autoscalerPath, deploymentPath } from "../../../src/cluster/objects.ts";
import type { Autoscaler } from "../../../src/model/autoscaling.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { readConformance } from "../../../src/operations/conformance.ts";
import { previewStage } from "../../../src/operations/move.ts";
import { evaluateStage } from "../../../src/project/evaluate.ts";
import { type Route, weightIn } from "../../../src/routers/gateway/live-route.ts";
import { readyPods } from "../../../src/routers/gateway/ready-pods.ts";
import { readRouted } from "../../../src/routers/live.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { until } from "../../support/until.ts";
import { attempt, deployerOf } from "../support/admission.ts";
import {
  administrator,
  environment,
  gatewayEdge,
  makeProject,
  type TestProject,
} from "../support/environment.ts";
import { gatewayAttempts } from "../support/gateway-attempts.ts";
import { found, moveTo } from "../support/move.ts";
import { canary } from "../support/project.ts";
import { TEST_APPLICATION } from "../support/test-application.ts";

const NAMESPACE = "e2e-gateway";
const APP = { ...TEST_APPLICATION, drainSeconds: 3, startSeconds: 30 };
const RELEASE = { previous: "1.0.0", canary: "2.0.0" };
const ROUTE = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes/app`;

const GATEWAY = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/gateways/app`;
const CANARY = deploymentPath(NAMESPACE, "app-new");
const AUTOSCALER = autoscalerPath(NAMESPACE, "app-new");
const LISTENER = {
  name: "http",
  port: 80,
  protocol: "HTTP",
  allowedRoutes: { namespaces: { from: "Same" } },
};

interface Object {
  readonly metadata: { readonly name: string; readonly generation: number };
}

/** With real Contour and Envoy: shares by the weights of a route. */
describe("a release through a route of the Gateway API", function () {
  this.timeout(480_000);
  let project: TestProject;
  let api: KubernetesApi;
  let url: string;
  let stats: string;
  let load: Load;
  let summary: Summary;

  before(async () => {
    project = await makeProject(NAMESPACE);
    stats = (await gatewayEdge({ namespace: NAMESPACE, name: APP.name })).statsUrl;
    await project.edit("Pulumi.yaml", { router: "gateway", edge: edgeWith({}), app: APP, release: RELEASE });
    api = await administrator();
    await found(project);
  });

  after(async () => {
    await load?.stop();
  });

  const edgeWith = (values: object) => ({ gateway: { class: "contour" }, envoy: [stats], ...values });

  /** Gives the Gateway's listener a host name, or none, as somebody else would. */
  const serveOnly = (hostname: string | null) =>
    api.send("PATCH", GATEWAY, {
      type: "application/merge-patch+json",
      content: { spec: { listeners: [{ ...LISTENER, ...(hostname && { hostname }) }] } },
    });

  const startLoadOn = (target: string): Promise<Load> =>
    startLoad({
      url: target,
      clusterCidrs: [...environment().networks],
      newConnectionsPerSecond: 100,
      keepAliveConnections: 8,
      keepAliveRequestsPerSecond: 300,
      recordFile: join(project.workspace.directory, "load.ndjson"),
      classify: { header: "x-version" },
    });

  const pods = async (): Promise<string[]> =>
    (await api.list<Object>(`/api/v1/namespaces/${NAMESPACE}/pods`))
      .map(({ metadata }) => metadata.name)
      .sort();

  const stage = async (name: string) => evaluateStage((await project.operator()).project, name);

  /** Percent of the canary: by the route and the pods that serve, in Envoy, and of that many requests. */
  async function shares(
    name: string,
  ): Promise<{ effective?: number | undefined; applied?: number | undefined }> {
    const evaluated = await stage(name);
    const routed = await readRouted(api, evaluated);
    const { release, plan, router } = { ...evaluated, release: evaluated.config.release };
    return {
      effective: routed.traffic.servedShare(routed.tracks, {
        release,
        intended: plan.intended,
      }),
      applied: await router.live.dataPlane?.appliedShare(stats, { namespace: NAMESPACE, plan }),
    };
  }

  const deviationsNow = async () =>
    (await readConformance((await project.operator()).project, api))?.deviations;

  const countNow = async () => ((await api.get<Deployment>(CANARY)) as Deployment).spec.replicas;

  const readyNow = async () => (await readyPods(api, NAMESPACE, { app: "app", track: "canary" })).length;

  /** Scales the canary as an autoscaler does, and waits for the pods. */
  async function scaleTo(replicas: number): Promise<void> {
    await api.send("PATCH", `${CANARY}/scale`, {
      type: "application/merge-patch+json",
      content: { spec: { replicas } },
    });
    await until(async () => (await readyNow()) === replicas, { what: `${replicas} pods` });
  }

  /** Looks again and again how many pods the canary has where the route gives it 75 %. */
  function watchOrder() {
    let fewestAtNewShare = Number.POSITIVE_INFINITY;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const route = await api.get<Route>(ROUTE);
        const ready = await readyNow();
        if (weightIn(route, "app", "canary") === 75) fewestAtNewShare = Math.min(fewestAtNewShare, ready);
        await delay(50);
      }
    })();
    return {
      stop: async () => {
        isOver = true;
        await watching;
        return { fewestAtNewShare };
      },
    };
  }

  it("begins with the Gateway of the foundation, and every request is answered at once", async () => {
    await moveTo(project, "canary-25");
    url = await edgeUrl(api, (await stage("canary-25")).config);
    for (let count = 0; count < 20; count++) assert.equal((await fetch(url)).status, 200);
    assert.deepEqual(await shares("canary-25"), { effective: 25, applied: 25 });
  });

  it("has nothing to change in a second run, in a shell as well", async () => {
    const { exitCode, output } = await project.pulumi("preview", "--expect-no-changes", "-s", "canary-25");
    assert.equal(exitCode, 0, output);
  });

  it("moves between shares by one object: no pod is made anew, and the share is exact", async () => {
    load = await startLoadOn(url);
    const before = await pods();
    for (const [name, share] of [
      ["canary-75", 75],
      ["canary-25", 25],
      ["canary-75", 75],
    ] as const) {
      const operator = await project.operator();
      const preview = await previewStage(operator, name);
      const objects = [...new Set(preview.changes.map(({ object }) => object))].sort();
      assert.deepEqual(objects, ["ConfigMap app-release", "HTTPRoute app"]);
      await moveTo(project, name);
      assert.deepEqual(await shares(name), { effective: share, applied: share });
      assert.deepEqual(await pods(), before);
      const from = Date.now();
      await until(async () => (await load.between(from, Date.now())).requests >= 2_000, { everyMs: 200 });
      const { byVersion } = await load.between(from, Date.now());
      const measured =
        (100 * (byVersion["2.0.0"] ?? 0)) / ((byVersion["1.0.0"] ?? 0) + (byVersion["2.0.0"] ?? 0));
      // 2,000 requests at 75 % lie within 3.2 points in 999 of 1,000 measurements.
      assert.ok(Math.abs(measured - share) <= 3.2, `${measured} %`);
    }
  });

  it("is promoted by a bare pulumi up, which waits for Envoy as well", async () => {
    await project.pulumi("stack", "init", "canary-100");
    const { exitCode, output } = await project.pulumi("up", "--yes", "--skip-preview", "-s", "canary-100");
    assert.equal(exitCode, 0, output);
    assert.deepEqual(await shares("canary-100"), { effective: 100, applied: 100 });
  });

  it("begins the next release, whose canary is taken out again", async () => {
    await setRelease(project.workspace, { previous: "2.0.0", canary: "1.0.0" });
    await moveTo(project, "canary-25");
    assert.deepEqual(await shares("canary-25"), { effective: 25, applied: 25 });
    await moveTo(project, "canary-0");
    assert.deepEqual(await shares("canary-0"), { effective: 0, applied: 0 });
    const operator = await project.operator();
    assert.deepEqual((await readConformance(operator.project, api))?.deviations, []);
  });

  it("did all that without a failed request", async () => {
    summary = await load.stop();
    assert.deepEqual(summary.failures, []);
    assert.ok(summary.requests > 5_000, `${summary.requests} requests`);
  });

  it("is promoted by the command, which verifies it by requests and by Envoy's numbers", async () => {
    const promoted = await canary(project, "promote", "canary-25", "--yes", "--stats", stats);
    assert.equal(promoted.exitCode, 0, promoted.stdout + promoted.stderr);
    const { stdout, exitCode } = await canary(project, "status", "--stats", stats);
    assert.equal(exitCode, 0);
    assert.match(stdout, /25 %/);
  });

  it("leads testers to the canary, whatever its share", async () => {
    await project.edit("Pulumi.yaml", {
      edge: edgeWith({ testers: { cookie: { name: "beta", value: "1" } } }),
    });
    await moveTo(project, "canary-25");
    const versions = new Set<string | null>();
    for (let count = 0; count < 20; count++) {
      const { headers } = await fetch(url, { headers: { cookie: "a=b; beta=1" } });
      versions.add(headers.get("x-version"));
    }
    assert.deepEqual([...versions], ["1.0.0"]);
  });

  it("refuses a route that the Gateway does not let in, and changes nothing", async () => {
    const { metadata } = (await api.get<Object>(ROUTE)) as Object;
    await project.edit("Pulumi.yaml", { edge: edgeWith({ host: "www.example.com" }) });
    await serveOnly("other.example.com");
    await assert.rejects(
      moveTo(project, "canary-75"),
      /listener http: it serves other\.example\.com, and not www\.example\.com/,
    );
    assert.equal(((await api.get<Object>(ROUTE)) as Object).metadata.generation, metadata.generation);
    await serveOnly(null);
    // The route's host is the administrator's to allow.
    await assert.rejects(
      moveTo(project, "canary-75"),
      /denied request: it serves hosts that edge does not name\. .*canary foundation/,
    );
    await applyLocalFoundation(await project.operator());
    await moveTo(project, "canary-75");
    assert.deepEqual(await shares("canary-75"), { effective: 75, applied: 75 });
  });

  for (const one of gatewayAttempts(NAMESPACE, APP.name)) {
    it(`${one.refusal ? "does not let" : "lets"} its deployer through that ${one.what}`, async () => {
      const said = await attempt(await deployerOf(project), api, one);
      if (one.refusal) assert.match(said ?? "let through", one.refusal);
      else assert.equal(said, undefined);
    });
  }

  it("says in the controller's own words why a route is not accepted; the record is as it was", async () => {
    await serveOnly("other.example.com");
    const began = performance.now();
    // On the way back nothing is checked beforehand.
    await assert.rejects(
      moveTo(project, "canary-25"),
      /HTTPRoute app is not accepted at Gateway e2e-gateway\/app: Accepted is False, NoMatchingListenerHostname/,
    );
    assert.ok(performance.now() - began < 30_000);
    await serveOnly(null);
    const operator = await project.operator();
    const { record, unfinishedMoveTo } = (await readConformance(operator.project, api)) ?? {};
    assert.deepEqual([record?.stage, unfinishedMoveTo], ["canary-75", "canary-25"]);
    await moveTo(project, "canary-25");
    assert.deepEqual(await shares("canary-25"), { effective: 25, applied: 25 });
  });

  it("has the pods for a share before it gives it, and leaves them to their autoscaler afterwards", async () => {
    // Everybody is served again, whatever host they ask for: the load asks for none.
    await project.edit("Pulumi.yaml", { edge: edgeWith({}) });
    await applyLocalFoundation(await project.operator());
    await moveTo(project, "canary-25");
    const scaled = { previous: 3, canary: { min: 1, max: 6, cpu: 70 } };
    for (const name of ["canary-25", "canary-75"]) {
      await project.edit(`Pulumi.${name}.yaml`, { replicas: scaled });
    }
    load = await startLoadOn(url);
    await moveTo(project, "canary-25");
    assert.equal(await countNow(), 1, "the count was handed over as it was");
    await scaleTo(2);
    assert.deepEqual(await deviationsNow(), [], "a count by the autoscaler is no drift");
    const watched = watchOrder();
    await moveTo(project, "canary-75");
    // Two pods carried 25 %, so 75 % take six.
    assert.deepEqual(await watched.stop(), { fewestAtNewShare: 6 });
    const { minReplicas, maxReplicas } = ((await api.get<Autoscaler>(AUTOSCALER)) as Autoscaler).spec;
    assert.deepEqual([await countNow(), minReplicas, maxReplicas], [6, 1, 6]);
    assert.deepEqual(await deviationsNow(), []);
    const { exitCode, output } = await project.pulumi("preview", "--expect-no-changes", "-s", "canary-75");
    assert.equal(exitCode, 0, output);
  });

  it("takes the count back from an autoscaler that a stage has not, and loses no request by all that", async () => {
    await project.edit("Pulumi.canary-25.yaml", { replicas: { previous: 1, canary: 2 } });
    await moveTo(project, "canary-25");
    assert.deepEqual([await countNow(), await api.get(AUTOSCALER)], [2, undefined]);
    assert.deepEqual(await deviationsNow(), []);
    assert.deepEqual((await load.stop()).failures, []);
  });

  it("mirrors requests to a canary that waits, whose answers nobody sees", async () => {
    await project.edit("Pulumi.yaml", { edge: edgeWith({ mirror: true }) });
    await project.edit("Pulumi.canary-0.yaml", { replicas: { previous: 1, canary: 1 } });
    await moveTo(project, "canary-0");
    const { config, plan, router } = await stage("canary-0");
    const mirrored = async (): Promise<number> => {
      const counters = await router.live.dataPlane?.counters(stats, { namespace: NAMESPACE, plan });
      return Object.values(counters ?? {}).reduce(
        (sum, { track, requests }) => sum + (track === "canary" ? requests : 0),
        0,
      );
    };
    const before = await mirrored();
    for (let count = 0; count < 20; count++) {
      const { headers } = await fetch(url);
      assert.equal(headers.get("x-version"), config.release.previous);
    }
    await until(async () => (await mirrored()) - before === 20, { what: "20 mirrored requests" });
  });
});
