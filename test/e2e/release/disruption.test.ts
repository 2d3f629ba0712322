import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { ApiError } from "../../../src/cluster/api.ts";
import { until } from "../../support/until.ts";
import { type FaultWorld, faultWorld, report } from "../support/fault-world.ts";

const NAMESPACE = "e2e-disruption";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const TOO_MANY_REQUESTS = 429;

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

describe("a node that is drained by evictions, under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;

  before(async () => {
    world = await faultWorld(NAMESPACE);
    await world.project.edit("Pulumi.canary-25.yaml", { replicas: { previous: 2, canary: 2 } });
    await world.moveTo("canary-25");
    await until(async () => (await readyPods()).length === 4);
  });

  it("loses every pod of before, one of a track at a time, and fails no request", async () => {
    const before = await readyPods();
    let held = 0;
    let fewest = before.length;
    const summary = await world.underLoad(async () => {
      const left = new Set(before);
      await until(async () => {
        for (const name of left) {
          if (await evict(name)) left.delete(name);
          else held++;
        }
        fewest = Math.min(fewest, (await readyPods()).length);
        return left.size === 0;
      });
      await until(async () => (await readyPods()).length === 4);
    });
    assert.deepEqual(summary.failures, []);
    assert.ok(held > 0, "the PodDisruptionBudgets never held an eviction back");
    assert.ok(fewest >= 2, `${fewest} ready pods: a track was without one`);
    const after = new Set(await readyPods());
    assert.ok(before.every((name) => !after.has(name)));
    assert.ok(await world.isAt("canary-25"));
    await report(
      {
        group: "machinery",
        fault: "a node is drained: every pod is evicted, 2 + 2 pods",
        operator: "the drain waits for a track's new pod before it takes the next",
        wayOut: "none is needed",
      },
      summary,
    );
  });

  /** Whether the eviction was allowed; false while a PodDisruptionBudget holds it back. */
  async function evict(name: string): Promise<boolean> {
    const content = {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name, namespace: NAMESPACE },
    };
    try {
      await world.api.send("POST", `${PODS}/${name}/eviction`, { type: "application/json", content });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === TOO_MANY_REQUESTS) return false;
      throw error;
    }
  }

  async function readyPods(): Promise<string[]> {
    const pods = await world.api.list<Pod>(PODS);
    return pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .filter(({ status }) =>
        status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True"),
      )
      .map(({ metadata }) => metadata.name);
  }
});
