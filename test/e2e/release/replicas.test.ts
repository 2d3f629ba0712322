import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { startLoad } from "../../../bench/load/load.ts";
import type { Summary } from "../../../bench/load/summary.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import type { Change } from "../../../src/engine/changes.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { rolloutOf } from "../../../src/model/rollout.ts";
import { applyStage, previewStage } from "../../../src/operations/move.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { judge, type Measurement, measure } from "../../../src/verification/measurement.ts";
import { until } from "../../support/until.ts";
import { administrator, environment } from "../support/environment.ts";
import {
  askOnOneConnection,
  copyExample,
  type Example,
  watchReadyPods,
} from "../support/replicas-example.ts";

const NAMESPACE = "replicas-example";
const VERSIONS = ["1.0.0", "2.0.0", "2.1.0"];
const TOTAL = 10;

const IMAGE = "spec.template.spec.containers[0].image";
const image = (version: string) => `canary-stages/app:${version}`;

interface PodTemplate {
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
}

/** Holds what a move changes, besides the release record, against what it is to change. */
function assertChanges(changes: readonly Change[], expected: readonly unknown[][]): void {
  const found = changes
    .filter(({ object }) => object !== "ConfigMap app-release")
    .map(({ object, path, from, to }) => [object, path, from, to]);
  assert.deepEqual(found.sort(byText), [...expected].sort(byText));
}

const byText = (a: unknown, b: unknown): number => JSON.stringify(a).localeCompare(JSON.stringify(b));

describe("examples/replicas on a cluster without an ingress controller", function () {
  this.timeout(300_000);
  let example: Example;
  let api: KubernetesApi;
  let url: string;

  before(async () => {
    example = await copyExample();
    api = await administrator();
  });

  const ask = (requests: number, at = url): Promise<Measurement> =>
    measure({ url: at, rule: {}, versions: VERSIONS }, { requests });

  // kube-proxy follows up to a second after the rollout, and nothing says when: these two wait for it.
  const untilShareIs = (version: string, share: number): Promise<unknown> =>
    until(async () => judge(await ask(500), version, share).fits);

  const untilOnly = (version: string): Promise<unknown> =>
    until(async () => (await ask(200)).byVersion[version] === 200);

  async function imageOf(deployment: string): Promise<string | undefined> {
    const live = await api.get<Deployment>(deploymentPath(NAMESPACE, deployment));
    const template = live?.spec.template as PodTemplate | undefined;
    return template?.spec.containers[0]?.image;
  }

  async function readyPods(deployment: string): Promise<number> {
    const live = await api.get<Deployment>(deploymentPath(NAMESPACE, deployment));
    return live?.status?.availableReplicas ?? 0;
  }

  /** Moves to a stage under load: no request fails, and the Service never has fewer pods than before. */
  async function moveUnderLoad(stage: string): Promise<{ changes: readonly Change[]; load: Summary }> {
    const operator = await example.operator();
    const preview = await previewStage(operator, stage);
    const running = await startLoad({
      url,
      clusterCidrs: environment().networks,
      newConnectionsPerSecond: 100,
      recordFile: join(example.directory, `${stage}.ndjson`),
      classify: { body: "(\\S+)" },
    });
    const watch = watchReadyPods(api);
    await applyStage(operator, preview);
    const { lowest, endpoints, looks } = await watch.stop();
    const load = await running.stop();
    assert.ok(looks > 20, `only ${looks} looks at the endpoints`);
    assert.ok(lowest >= TOTAL, `only ${lowest} pods were ready at some time:\n${endpoints.join("\n")}`);
    assert.deepEqual(load.failures, []);
    return { changes: preview.changes, load };
  }

  it("starts by pulumi up in a shell, with the files as they are", async () => {
    for (const stack of ["foundation", "canary-10"]) {
      await example.pulumi("stack", "init", stack);
      const { exitCode, output } = await example.pulumi("up", "--yes", "--skip-preview", "-s", stack);
      assert.equal(exitCode, 0, output);
    }
    const operator = await example.operator();
    await until(async () => (await readyPods("app")) === 9 && (await readyPods("app-canary")) === 1);
    url = await edgeUrl(api, await operator.project.stage("canary-10"));
    assert.match(url, /^http:\/\/10\.\d+\.\d+\.\d+$/, "port 80 of an address of its own");
  });

  it("gives the canary 10 % of 10,000 connections, within the binomial bound", async () => {
    await untilShareIs("2.0.0", 10);
    const measurement = await ask(10_000);
    const { fits } = judge(measurement, "2.0.0", 10);
    assert.ok(fits, JSON.stringify(measurement));
    assert.deepEqual(Object.keys(measurement.byVersion).sort(), ["1.0.0", "2.0.0"]);
  });

  it("splits connections, not requests: a kept-alive one stays with its pod", async () => {
    const connections = await Promise.all(Array.from({ length: 200 }, () => askOnOneConnection(url, 20)));
    for (const versions of connections) assert.equal(new Set(versions).size, 1, versions.join());
    const canary = connections.filter(([version]) => version === "2.0.0").length;
    const measurement = { requests: 200, failed: 0, failures: {}, byVersion: { "2.0.0": canary } };
    assert.ok(judge(measurement, "2.0.0", 10).fits, `${canary} of 200 connections`);
  });

  it("refuses a share that ten pods cannot give, before anything is changed", async () => {
    await example.set("Pulumi.canary-100.yaml", "traffic", { previous: 75, canary: 25 });
    const { exitCode, output } = await example
      .pulumi("stack", "init", "canary-100")
      .then(() => example.pulumi("up", "--yes", "--skip-preview", "-s", "canary-100"));
    assert.notEqual(exitCode, 0);
    assert.match(output, /25 % cannot be given by 10 pods; the nearest shares are 20 % and 30 %/);
    assert.match(output, /Set replicas\.total to 12, or change the share\./);
    assert.doesNotMatch(output, /^\s+at /m);
    assert.equal(await imageOf("app"), image("1.0.0"));
    await example.set("Pulumi.canary-100.yaml", "traffic", { previous: 0, canary: 100 });
  });

  it("ends the release in the main Deployment, never below ten pods, without a failed request", async () => {
    const { changes } = await moveUnderLoad("canary-100");
    assertChanges(changes, [
      ["Deployment app", "spec.replicas", 9, 10],
      ["Deployment app", IMAGE, image("1.0.0"), image("2.0.0")],
      ["Deployment app-canary", "spec.replicas", 1, 0],
    ]);
    await untilOnly("2.0.0");
    assert.deepEqual((await ask(1000)).byVersion, { "2.0.0": 1000 });
  });

  it("goes back the same way", async () => {
    const { changes } = await moveUnderLoad("canary-10");
    assertChanges(changes, [
      ["Deployment app", "spec.replicas", 10, 9],
      ["Deployment app", IMAGE, image("2.0.0"), image("1.0.0")],
      ["Deployment app-canary", "spec.replicas", 0, 1],
    ]);
    const main = await api.get<Deployment>(deploymentPath(NAMESPACE, "app"));
    assert.deepEqual(main && rolloutOf(main), { state: "complete" }, "the previous version is back in place");
    await untilShareIs("2.0.0", 10);
  });

  it("begins the next release with main as it is: one pod fewer, one canary", async () => {
    await moveUnderLoad("canary-100");
    await example.set("Pulumi.yaml", "release", { previous: "2.0.0", canary: "2.1.0" });
    const { changes, load } = await moveUnderLoad("canary-10");
    assertChanges(changes, [
      ["Deployment app", "spec.replicas", 10, 9],
      ["Deployment app-canary", "spec.replicas", 0, 1],
      ["Deployment app-canary", IMAGE, image("2.0.0"), image("2.1.0")],
    ]);
    assert.equal(load.byVersion["1.0.0"], undefined);
    await untilShareIs("2.1.0", 10);
  });

  it("shows a canary that waits at its preview Service, and nowhere else", async () => {
    await example.set("Pulumi.yaml", "edge", { previewService: "InternalLoadBalancer" });
    await example.set("Pulumi.yaml", "lifecycle", ["canary-preview", "canary-10", "canary-100"]);
    await example.set("Pulumi.canary-preview.yaml", "traffic", { previous: 100, canary: 0 });
    await moveUnderLoad("canary-preview");
    const service = `/api/v1/namespaces/${NAMESPACE}/services/app-preview`;
    type Service = { status: { loadBalancer: { ingress?: { ip: string }[] } } };
    const address = async () => (await api.get<Service>(service))?.status.loadBalancer.ingress?.[0]?.ip;
    await until(async () => (await address()) !== undefined);
    const preview = `http://${await address()}`;
    await untilOnly("2.0.0");
    assert.deepEqual((await ask(1000)).byVersion, { "2.0.0": 1000 });
    assert.deepEqual((await ask(100, preview)).byVersion, { "2.1.0": 100 });
    await moveUnderLoad("canary-10");
    await untilShareIs("2.1.0", 10);
    assert.deepEqual((await ask(100, preview)).byVersion, { "2.1.0": 100 });
  });
});
