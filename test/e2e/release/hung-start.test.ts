import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { readPods } from "../../../src/cluster/objects.ts";
import type { Pod } from "../../../src/model/pods.ts";
import { until } from "../../support/until.ts";
import { administrator, makeProject } from "../support/environment.ts";
import { moveTo } from "../support/move.ts";
import { TEST_APPLICATION } from "../support/test-application.ts";
import { setVariable } from "../support/variable.ts";

const NAMESPACE = "e2e-hung-start";

const APP = { ...TEST_APPLICATION, drainSeconds: 1, startSeconds: 1 };

describe("a container that hangs at its start", function () {
  this.timeout(180_000);
  let api: KubernetesApi;

  before(async () => {
    const project = await makeProject(NAMESPACE);
    await project.edit("Pulumi.yaml", { app: APP, release: { previous: "1.0.0", canary: "2.0.0" } });
    await moveTo(project, "canary-25");
    api = await administrator();
  });

  /** Of the canary, those of the newest specification first. */
  const replicaSets = async () => (await readPods(api, NAMESPACE, { app: "app" }))("app-new");
  const onlyPod = (pods: readonly Pod[] | undefined): Pod => {
    assert.equal(pods?.length, 1);
    return pods[0] as Pod;
  };

  it("is restarted; what answers is not", async () => {
    await setVariable(api, NAMESPACE, "LISTEN_AFTER_SECONDS", "3600");
    await until(async () => {
      const [newest, ...older] = await replicaSets();
      return older.length > 0 && (newest?.pods[0]?.restarts ?? 0) > 0;
    });
    const [newest, older] = await replicaSets();
    assert.equal(onlyPod(newest?.pods).serving, false);
    const { serving, restarts } = onlyPod(older?.pods);
    assert.deepEqual({ serving, restarts }, { serving: true, restarts: 0 });
  });
});
