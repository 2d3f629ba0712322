import assert from "node:assert/strict";
import { execa } from "execa";
import { before, describe, it } from "mocha";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { applyStage, previewStage } from "../../../src/operations/move.ts";
import { until } from "../../support/until.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import { moveTo } from "../support/move.ts";
import { TEST_APPLICATION } from "../support/test-application.ts";

const NAMESPACE = "e2e-recovery";
const CANARY = deploymentPath(NAMESPACE, "app-new");
const JOBS = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`;
const HOOK_PODS = `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=canary-stages/hook%3Dbefore`;

/** With a hook that takes so long. */
const appWith = (hookSeconds: number) => ({
  ...TEST_APPLICATION,
  drainSeconds: 2,
  hooks: { before: { args: ["wait"], env: { END_AFTER_SECONDS: String(hookSeconds) } } },
});

interface Identified {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: { readonly phase?: string };
}

describe("recovery", () => {
  let project: TestProject;

  before(async () => {
    project = await makeProject(NAMESPACE);
    await project.edit("Pulumi.yaml", {
      app: appWith(1),
      release: { previous: "1.0.0", canary: "2.0.0" },
    });
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
      [["Deployment app-new", "200", "25"]],
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
      [["Deployment app-new", "create"]],
    );
    await applyStage(operator, preview);
    assert.equal((await api.get<Deployment>(CANARY))?.status?.availableReplicas, 1);
  });

  /** The engine as a shell starts it. */
  const up = (stage: string) =>
    execa("pulumi", ["up", "--yes", "--skip-preview", "-s", stage, "--non-interactive"], {
      cwd: project.workspace.directory,
      env: project.workspace.environment,
      reject: false,
    });

  it("goes on after an engine that was killed in the middle", async () => {
    await project.pulumi("stack", "init", "canary-75");
    const api = await administrator();
    const before = (await api.get<Deployment>(CANARY))?.metadata?.generation ?? 0;
    const killed = up("canary-75");
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

  it("waits for the hook that a killed engine began, and runs it no second time", async () => {
    const api = await administrator();
    await project.pulumi("stack", "init", "canary-100");
    const [first] = await api.list<Identified>(JOBS);
    await project.edit("Pulumi.yaml", { app: appWith(10) });
    const killed = up("canary-100");
    const hookPods = () => api.list<Identified>(HOOK_PODS);
    const running = await until(async () =>
      (await hookPods()).find(({ status }) => status?.phase === "Running"),
    );
    killed.kill("SIGKILL");
    await killed;
    const [begun, ...others] = await api.list<Identified>(JOBS);
    assert.deepEqual(others, []);
    assert.notEqual(begun?.metadata.name, first?.metadata.name, "other settings are another hook");
    assert.equal((await project.pulumi("cancel", "--yes", "-s", "canary-100")).exitCode, 0);
    const left = (await hookPods()).find(({ metadata }) => metadata.uid === running.metadata.uid);
    assert.equal(left?.status?.phase, "Running", "it outlives the engine");
    await moveTo(project, "canary-100");
    assert.deepEqual(
      (await api.list<Identified>(JOBS)).map(({ metadata }) => metadata.uid),
      [begun?.metadata.uid],
    );
    const ended = await hookPods();
    assert.deepEqual(
      ended.map(({ metadata, status }) => [metadata.uid, status?.phase]),
      [[running.metadata.uid, "Succeeded"]],
    );
    // Once for each release: neither the way back nor the way up again runs it.
    for (const stage of ["canary-75", "canary-100"]) await moveTo(project, stage);
    assert.deepEqual(
      (await hookPods()).map(({ metadata }) => metadata.uid),
      [running.metadata.uid],
    );
  });
});
