import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { runStage } from "../../support/program/mocks.ts";
import { deploymentOf, type Json, only } from "../../support/program/stage-objects.ts";
import { APPLICATION_B, runStages, stageOf } from "../../support/program/stages.ts";

describe("content", () => {
  it("is immutable, named by its hash, and mounted by that name", async () => {
    const run = await runStages(["canary-25"]);
    const { inputs } = only(run, "kubernetes:core/v1:ConfigMap", "httpd-new-content");
    const { name } = inputs.metadata as { name: string };
    assert.match(name, /^httpd-new-[0-9a-f]{10}$/);
    assert.equal(inputs.immutable, true);
    assert.match((inputs.data as Json).index as string, /<h1>httpd 2\.4\.20<\/h1>/);
    assert.ok(
      deploymentOf(run, "httpd-new").spec.template.spec.volumes.some(
        ({ configMap }) => (configMap as Json | undefined)?.name === name,
      ),
    );
  });

  it("has no ConfigMap and no volume where the application has none, as walkthrough B's", async () => {
    const founding = stageOf("canary-25");
    const run = await runStage({ ...founding, config: { ...founding.config, app: APPLICATION_B } });
    assert.deepEqual(
      run.resources.filter(({ name }) => name.endsWith("-content")),
      [],
    );
    const pod = deploymentOf(run, "app-new").spec.template.spec as unknown as {
      volumes: unknown[];
      securityContext: Json;
      containers: { volumeMounts: unknown[]; ports: unknown[] }[];
    };
    assert.deepEqual(pod.volumes, []);
    assert.deepEqual(pod.containers[0]?.volumeMounts, []);
    assert.deepEqual(pod.containers[0]?.ports, [{ name: "http", containerPort: 5000, protocol: "TCP" }]);
    assert.equal("sysctls" in pod.securityContext, false);
    const { spec } = only(run, "kubernetes:core/v1:Service", "app-service").inputs as {
      spec: { ports: Json[] };
    };
    assert.deepEqual(spec.ports, [{ name: "http", port: 80, targetPort: 5000, protocol: "TCP" }]);
  });
});
