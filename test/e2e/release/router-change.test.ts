import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { applyLocalFoundation } from "../../../local/environment/foundation.ts";
import { editYaml, setRelease } from "../../../local/environment/workspace.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { readConformance } from "../../../src/operations/conformance.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { until } from "../../support/until.ts";
import {
  administrator,
  environment,
  gatewayEdge,
  makeProject,
  type TestProject,
} from "../support/environment.ts";
import { moveTo } from "../support/move.ts";
import { TEST_APPLICATION } from "../support/test-application.ts";

const NAMESPACE = "e2e-change";
const INGRESS = `/apis/voyager.appscode.com/v1/namespaces/${NAMESPACE}/ingresses/app-ingress`;
const SERVICE = `/api/v1/namespaces/${NAMESPACE}/services/app-service`;

/** A live application goes from HAProxy by a Voyager Ingress to Envoy by a route, while clients come in by both. */
describe("the change of a live application's router", function () {
  this.timeout(300_000);
  let project: TestProject;
  let api: KubernetesApi;
  let stats: string;
  let old: Load | undefined;
  let fresh: Load | undefined;

  before(async () => {
    project = await makeProject(NAMESPACE);
    api = await administrator();
    await project.edit("Pulumi.yaml", {
      app: { ...TEST_APPLICATION, drainSeconds: 3, startSeconds: 30 },
      release: { previous: "1.0.0", canary: "2.0.0" },
      lifecycle: ["canary-25", "canary-100"],
    });
    await moveTo(project, "canary-25");
    await moveTo(project, "canary-100");
    stats = (await gatewayEdge({ namespace: NAMESPACE, name: "app" })).statsUrl;
  });

  after(async () => {
    await old?.stop();
    await fresh?.stop();
  });

  const liveUrl = async (): Promise<string> => {
    const operator = await project.operator();
    return edgeUrl(api, await operator.project.stage("canary-100"));
  };

  const loadOn = async (name: string): Promise<Load> =>
    startLoad({
      url: await liveUrl(),
      clusterCidrs: [...environment().networks],
      newConnectionsPerSecond: 100,
      keepAliveConnections: 8,
      keepAliveRequestsPerSecond: 100,
      recordFile: join(project.workspace.directory, `${name}.ndjson`),
      classify: { header: "x-version" },
    });

  it("gives it a second entrance beside the one that it has", async () => {
    old = await loadOn("old");
    await project.edit("Pulumi.yaml", {
      router: "gateway",
      edge: { gateway: { class: "contour" }, envoy: [stats] },
      former: { router: "voyager", edge: {} },
    });
    await applyLocalFoundation(await project.operator());
    await moveTo(project, "canary-100");
    assert.ok(await api.get(INGRESS), "the Ingress stays");
    fresh = await loadOn("new");
    const running = { old, fresh };
    const from = Date.now();
    for (const load of Object.values(running)) {
      await until(async () => (await load.between(from, Date.now())).requests >= 1_000, { everyMs: 200 });
    }
  });

  it("lost no request at either of them", async () => {
    for (const load of [old, fresh]) {
      const summary = await load?.stop();
      assert.deepEqual(summary?.failures, []);
      assert.ok((summary?.requests ?? 0) >= 1_000);
    }
  });

  it("ends with the old entrance taken away, and the next release goes by the new one", async () => {
    for (const path of [INGRESS, SERVICE]) await api.send("DELETE", path);
    const file = join(project.workspace.directory, "Pulumi.yaml");
    await editYaml(file, file, (values) => void values.deleteIn(["config", "former"]));
    await applyLocalFoundation(await project.operator());
    await setRelease(project.workspace, { previous: "2.0.0", canary: "1.0.0" });
    // The state of this stage was written with the former router.
    await moveTo(project, "canary-25");
    const operator = await project.operator();
    assert.deepEqual((await readConformance(operator.project, api))?.deviations, []);
  });
});
