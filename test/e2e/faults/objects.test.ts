import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { before, describe, it } from "mocha";
import type { Summary } from "../../../bench/load/summary.ts";
import { applyLocalFoundation } from "../../../local/environment/foundation.ts";
import { previewStage } from "../../../src/operations/move.ts";
import { WEIGHT_ANNOTATION } from "../../../src/routers/voyager/weights.ts";
import { until } from "../../support/until.ts";
import { type FaultWorld, faultWorld, report } from "../support/fault-world.ts";

const NAMESPACE = "e2e-fault-objects";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

interface Pod {
  readonly metadata: { readonly name: string };
}

describe("objects that somebody changed, under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;

  before(async () => {
    world = await faultWorld(NAMESPACE);
  });

  it("a pod is deleted: Kubernetes puts another one there, and nothing fails", async () => {
    const summary = await world.underLoad(async () => {
      const [pod] = await world.api.list<Pod>(`${PODS}?labelSelector=track=canary`);
      assert.ok(pod);
      await world.api.send("DELETE", `${PODS}/${pod.metadata.name}`);
      await until(async () => (await world.api.get(`${PODS}/${pod.metadata.name}`)) === undefined);
      await until(
        async () => (await world.deployment(world.deployments.canary))?.status?.availableReplicas === 1,
      );
    });
    assert.deepEqual(summary.failures, []);
    await report(
      {
        group: "objects",
        fault: "a pod is deleted",
        operator: "nothing",
        wayOut: "none is needed: its Deployment makes another one",
      },
      summary,
    );
  });

  it("a Deployment is deleted: the preview says so, and applying the stage puts it back", async () => {
    const summary = await world.underLoad(async () => {
      await world.api.send("DELETE", world.deployments.canary);
      await until(async () => (await world.deployment(world.deployments.canary)) === undefined);
      assert.deepEqual(await changes("canary-25"), ["create Deployment app-new"]);
      await world.moveTo("canary-25");
    });
    assert.deepEqual(summary.failures, []);
    assert.ok(await world.isAt("canary-25"));
    await report(
      {
        group: "objects",
        fault: "the canary's Deployment is deleted by hand",
        operator: "preview: create Deployment app-new",
        wayOut: "apply the stage that is live again",
      },
      summary,
    );
  });

  it("a weight is edited: the preview shows from what to what, and applying the stage sets it again", async () => {
    const summary = await world.underLoad(async () => {
      await world.api.send("PATCH", world.deployments.canary, {
        type: "application/merge-patch+json",
        content: { spec: { template: { metadata: { annotations: { [WEIGHT_ANNOTATION]: "200" } } } } },
      });
      assert.deepEqual(await changes("canary-25"), ["update Deployment app-new 200 → 25"]);
      await world.moveTo("canary-25");
    });
    assert.deepEqual(summary.failures, []);
    assert.ok(await world.isAt("canary-25"));
    await report(
      {
        group: "objects",
        fault: "a weight is edited by hand",
        operator: 'preview: Deployment app-new, backend-weight "200" → "25"',
        wayOut: "apply the stage that is live again",
      },
      summary,
    );
  });

  it("the state of the live stage is lost: applying it again takes the objects over as they are", async () => {
    await world.moveTo("canary-75");
    const summary = await takenOver("canary-75");
    await report(
      {
        group: "objects",
        fault: "the state file of the live stage is lost",
        operator: "preview: every object of the application as new",
        wayOut: "apply the stage that is live again: its objects are taken over as they are, no pod restarts",
      },
      summary,
    );
  });

  it("the foundation's state is lost: every stage says so, and applying it again takes everything over", async () => {
    await world.moveTo("canary-25");
    const pods = await podNames();
    const summary = await world.underLoad(async () => {
      await loseState("foundation");
      const { exitCode, output } = await world.project.pulumi("preview", "-s", "canary-75");
      assert.notEqual(exitCode, 0);
      assert.match(output, /the foundation, stack foundation, was never applied/);
      await applyLocalFoundation(await world.project.operator());
      await world.moveTo("canary-75");
      await world.moveTo("canary-25");
    });
    assert.deepEqual(summary.failures, []);
    assert.equal((await podNames()).length, pods.length);
    await report(
      {
        group: "objects",
        fault: "the foundation's state file is lost",
        operator: "at every stage: the foundation, stack foundation, was never applied",
        wayOut:
          "with a cluster of your own: canary foundation, its objects are taken over; a GKE cluster has to be imported first",
      },
      summary,
    );
  });

  /** Loses the state of the live stage and applies it again, under load: no pod is made anew. */
  async function takenOver(stage: string): Promise<Summary> {
    await until(async () => (await podNames()).length === 2);
    const pods = await podNames();
    const summary = await world.underLoad(async () => {
      await loseState(stage);
      assert.ok((await changes(stage)).every((change) => change.startsWith("create ")));
      await world.moveTo(stage);
    });
    assert.deepEqual(summary.failures, []);
    assert.deepEqual(await podNames(), pods, "no pod was made anew");
    assert.ok(await world.isAt(stage));
    return summary;
  }

  async function loseState(stack: string): Promise<void> {
    const { environment } = world.project.workspace;
    const backend = fileURLToPath(environment.PULUMI_BACKEND_URL ?? "");
    const stacks = join(backend, ".pulumi", "stacks", "canary-stages");
    for (const suffix of ["json", "json.bak"]) await rm(join(stacks, `${stack}.${suffix}`), { force: true });
  }

  async function changes(stage: string): Promise<string[]> {
    const preview = await previewStage(await world.project.operator(), stage);
    return preview.changes.map(({ operation, object, from, to }) =>
      operation === "create" ? `create ${object}` : `${operation} ${object} ${from} → ${to}`,
    );
  }

  async function podNames(): Promise<string[]> {
    return (await world.api.list<Pod>(PODS)).map(({ metadata }) => metadata.name).sort();
  }
});
