import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { foundationConfig, projectConfig, stageConfig } from "../../../src/routers/config.ts";
import { APPLICATION_B, committedStage } from "../../support/program/stages.ts";

const STAGE = committedStage("canary-75");
const APP = STAGE.app as Record<string, unknown>;

describe("the committed configuration", () => {
  const shares = { "canary-25": [75, 25], "canary-75": [25, 75], "canary-100": [0, 100] } as const;
  const replicas = { "canary-25": [1, 1], "canary-75": [1, 1], "canary-100": [0, 1] } as const;
  for (const stage of ["canary-25", "canary-75", "canary-100"] as const) {
    it(`of ${stage} is the walkthrough's`, () => {
      const config = stageConfig(committedStage(stage));
      assert.deepEqual(Object.values(config.traffic), shares[stage]);
      assert.deepEqual(config.replicas, { previous: replicas[stage][0], canary: replicas[stage][1] });
      assert.deepEqual(config.release, { previous: "2.4.18", canary: "2.4.20" });
      assert.equal(config.namespace, "httpdcanary");
      assert.equal(config.founding, "foundation");
      assert.equal(config.app.port, 80);
      assert.match(config.app.content?.text ?? "", /\{version\}/);
    });
  }

  it("has the cluster in the foundation, and in no stage", () => {
    const stacks = ["foundation", "canary-0", "canary-25", "canary-75", "canary-100"];
    assert.deepEqual(
      stacks.filter((stack) => "cluster" in committedStage(stack)),
      ["foundation"],
    );
    const { cluster, takeOver } = foundationConfig(committedStage("foundation"));
    assert.deepEqual([cluster, takeOver], [{ kind: "kubeconfig", context: "test" }, false]);
  });
});

describe("another application", () => {
  it("needs neither content nor anything else of httpd's", () => {
    const { app } = stageConfig({ ...STAGE, app: APPLICATION_B });
    assert.deepEqual(app, {
      ...APPLICATION_B,
      drainSeconds: 15,
      startSeconds: 60,
      minReadySeconds: 0,
      runAsUser: 65532,
      writablePaths: [],
      writableSizeLimit: "1Gi",
      env: {},
      secrets: {},
      envFrom: [],
      files: {},
      mounts: {},
      volumes: {},
      ports: [],
      probes: {},
      initContainers: [],
      sidecars: [],
      hooks: {},
      nodeSelector: {},
      tolerations: [],
      labels: {},
      annotations: {},
    });
  });

  it("may come by digest", () => {
    const canary = `sha256:${"a".repeat(64)}`;
    assert.equal(stageConfig({ ...STAGE, release: { previous: "1.0.0", canary } }).release.canary, canary);
  });

  for (const image of [
    "httpd",
    "library/httpd",
    "registry.example.com:5000/a/b-c/d__e",
    "localhost:5000/app",
  ]) {
    it(`may be ${image}`, () => {
      assert.equal(stageConfig({ ...STAGE, app: { ...APP, image } }).app.image, image);
    });
  }
});

describe("the project's values", () => {
  it("are those of Pulumi.yaml alone", () => {
    const { traffic: _, replicas: __, ...projectValues } = committedStage("canary-75");
    const project = projectConfig(projectValues);
    assert.deepEqual(project.lifecycle, ["canary-25", "canary-75", "canary-100"]);
    assert.equal(project.founding, "foundation");
    assert.equal(projectConfig({ ...projectValues, founding: "base" }).founding, "base");
  });
});
