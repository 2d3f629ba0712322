import assert from "node:assert/strict";
import { execa } from "execa";
import { before, describe, it } from "mocha";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { applyStage, previewStage } from "../../../src/operations/move.ts";
import { until } from "../../support/until.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import { moveTo } from "../support/move.ts";

const NAMESPACE = "e2e-recovery";
const CANARY = deploymentPath(NAMESPACE, "httpd-new");

describe("recovery", () => {
  let project: TestProject;

  before(async () => {
    project = await makeProject(NAMESPACE);
    await moveTo(project, "canary-25");
  });

  it("shows a change made by hand, and repairs it", async () => {
    const api = await administrator();
    const annotations = { "ingress.appscode.com/backend-weight": "200" };
    await api.send("PATCH", CANARY, {
      type: "application/merge-patch+json",
      content: { spec: { template: { metadata: { annotations } } } },
    });
    const operator = await project.operator();
    const preview = await previewStage(operator, "canary-25");
    assert.deepEqual(
      preview.changes.map(({ object, from, to }) => [object, from, to]),
      [["Deployment httpd-new", "200", "25"]],
    );
    await applyStage(operator, preview);
    const repaired = await api.get<Deployment>(CANARY);
    assert.equal(
      repaired?.spec.template.metadata?.annotations?.["ingress.appscode.com/backend-weight"],
      "25",
    );
  });

  it("puts a Deployment back that was deleted by hand", async () => {
    const api = await administrator();
    await api.send("DELETE", CANARY);
    await until(async () => !(await api.get(CANARY)));
    const operator = await project.operator();
    const preview = await previewStage(operator, "canary-25");
    assert.deepEqual(
      preview.changes.map(({ object, operation }) => [object, operation]),
      [["Deployment httpd-new", "create"]],
    );
    await applyStage(operator, preview);
    assert.equal((await api.get<Deployment>(CANARY))?.status?.availableReplicas, 1);
  });

  it("goes on after an engine that was killed in the middle", async () => {
    await project.pulumi("stack", "init", "canary-75");
    const api = await administrator();
    const before = (await api.get<Deployment>(CANARY))?.metadata?.generation ?? 0;
    const killed = execa(
      "pulumi",
      ["up", "--yes", "--skip-preview", "-s", "canary-75", "--non-interactive"],
      {
        cwd: project.workspace.directory,
        env: project.workspace.environment,
        reject: false,
      },
    );
    // Its new pod is on the way: the engine has written that down and waits.
    await until(async () => {
      const { metadata, status } = (await api.get<Deployment>(CANARY)) ?? {};
      const isSeen = (status?.observedGeneration ?? 0) > before;
      return isSeen && status?.observedGeneration === metadata?.generation && status?.updatedReplicas === 1;
    });
    killed.kill("SIGKILL");
    await killed;

    const refused = await project.pulumi("up", "--yes", "--skip-preview", "-s", "canary-75");
    assert.notEqual(refused.exitCode, 0, "the killed engine's lock holds");
    assert.match(refused.output, /lock/);
    assert.equal((await project.pulumi("cancel", "--yes", "-s", "canary-75")).exitCode, 0);
    await moveTo(project, "canary-75");
    const canary = await api.get<Deployment>(CANARY);
    assert.equal(canary?.spec.template.metadata?.annotations?.["ingress.appscode.com/backend-weight"], "75");
    assert.equal(canary?.status?.availableReplicas, 1);
  });
});
