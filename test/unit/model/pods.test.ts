import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type PodLike, podTree, servingShare, type WeightOf } from "../../../src/model/pods.ts";

const NOW = new Date("2026-03-04T05:06:07Z");
/** The router of these tests keeps the weight of a pod in a label. */
const weightOf: WeightOf = ({ labels }) => Number(labels?.weight ?? 1);

const set = (name: string, revision: string, deployment = "shop-new") => ({
  metadata: {
    name,
    annotations: { "deployment.kubernetes.io/revision": revision },
    ownerReferences: [{ kind: "Deployment", name: deployment }],
  },
});

function pod(name: string, owner: string, more: Partial<PodLike["metadata"]> = {}, ready = true): PodLike {
  return {
    metadata: { name, ownerReferences: [{ kind: "ReplicaSet", name: owner }], ...more },
    spec: { containers: [{ image: `shop:${owner}` }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

const shown = (like: PodLike) => podTree("shop-new", [set("a", "1")], [like], NOW, weightOf)[0]?.pods[0];

describe("podTree", () => {
  it("has the Deployment's own ReplicaSets with pods, newest first", () => {
    const sets = [set("a", "9"), set("b", "10"), set("empty", "11"), set("c", "1", "shop-previous")];
    const tree = podTree("shop-new", sets, [pod("a1", "a"), pod("b1", "b"), pod("c1", "c")], NOW, weightOf);
    assert.deepEqual(
      tree.map(({ name, revision, pods }) => [name, revision, pods.map((each) => each.name)]),
      [
        ["b", "10", ["b1"]],
        ["a", "9", ["a1"]],
      ],
    );
  });

  it("shows age, weight and restarts of a pod that serves", () => {
    const like = pod("a1", "a", {
      creationTimestamp: "2026-03-04T05:05:07Z",
      labels: { weight: "25" },
    });
    const endedAt = (finishedAt: string) => ({ lastState: { terminated: { finishedAt } } });
    const containers = [
      { restartCount: 1, ...endedAt("2026-03-04T05:05:30Z") },
      { restartCount: 1, ...endedAt("2026-03-04T05:05:20Z") },
      {},
    ];
    const restarted = { ...like, status: { ...like.status, containerStatuses: containers } };
    assert.deepEqual(shown(restarted), {
      name: "a1",
      image: "shop:a",
      version: "a",
      serving: true,
      state: "Running",
      reason: undefined,
      restarts: 2,
      lastRestart: "2026-03-04T05:05:30Z",
      ageSeconds: 60,
      weight: 25,
    });
  });

  it("says why a pod does not get ready", () => {
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    const like = pod("a1", "a", {}, false);
    const blocked = shown({
      ...like,
      status: { ...like.status, containerStatuses: [{ state: { waiting } }] },
    });
    assert.deepEqual(
      [blocked?.state, blocked?.reason, blocked?.serving],
      ["ImagePullBackOff", "no such image", false],
    );
    const conditions = [{ type: "Ready", status: "False", message: "probe failed" }];
    assert.equal(shown({ ...like, status: { conditions } })?.reason, "probe failed");
    assert.equal(shown({ metadata: like.metadata })?.state, "Unknown");
    const unplaced = [{ type: "PodScheduled", status: "False", message: "Insufficient cpu" }];
    const pending = shown({ ...like, status: { phase: "Pending", conditions: unplaced } });
    assert.deepEqual([pending?.state, pending?.reason], ["Pending", "Insufficient cpu"]);
  });

  it("says what holds it up before the application starts, and nothing that has ended well", () => {
    const like = pod("a1", "a", {}, false);
    const held = (initContainerStatuses: NonNullable<PodLike["status"]>["initContainerStatuses"]) =>
      shown({
        ...like,
        status: {
          ...like.status,
          initContainerStatuses: initContainerStatuses ?? [],
          containerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
        },
      });
    const done = { state: { terminated: { reason: "Completed", exitCode: 0 } } };
    const failing = {
      restartCount: 3,
      state: { waiting: { reason: "CrashLoopBackOff", message: "exit 1" } },
    };
    const blocked = held([done, failing]);
    assert.deepEqual([blocked?.state, blocked?.reason, blocked?.restarts], ["CrashLoopBackOff", "exit 1", 3]);
    assert.equal(held([done])?.state, "PodInitializing");
  });

  it("counts a pod on its way out as one that takes no traffic", () => {
    const leaving = shown(pod("a1", "a", { deletionTimestamp: "2026-03-04T05:06:00Z" }));
    assert.deepEqual([leaving?.state, leaving?.serving], ["Terminating", false]);
  });
});

describe("servingShare", () => {
  const heavy = { labels: { weight: "75" } };
  const light = { labels: { weight: "25" } };
  const tree = (...pods: readonly PodLike[]) =>
    podTree("shop-new", [set("a", "1"), set("b", "2")], pods, NOW, weightOf);

  it("goes by the weights of the pods that serve", () => {
    assert.equal(servingShare(tree(pod("a1", "a", heavy), pod("b1", "b", light)), "b"), 25);
    assert.equal(servingShare(tree(pod("a1", "a", heavy, false), pod("b1", "b", light)), "b"), 100);
  });

  it("is unknown when none takes traffic", () => {
    assert.equal(servingShare(tree(pod("a1", "a", heavy, false)), "a"), undefined);
    assert.equal(servingShare([], "a"), undefined);
  });
});
