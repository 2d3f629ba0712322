import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LOCAL_ROUTERS } from "../../../../local/environment/routers.ts";
import { backendUrl, setRouter, writeWorkspace } from "../../../../local/environment/workspace.ts";
import { readProject } from "../../../../src/project/project.ts";

describe("the URL of a backend", () => {
  it("has what means something in a URL written so that it does not", () => {
    const folder = "/tmp/a folder/100%/ä #1?/backend";
    assert.equal(backendUrl(folder), "file:///tmp/a%20folder/100%25/%C3%A4%20%231%3F/backend");
    assert.equal(fileURLToPath(backendUrl(folder)), folder);
  });
});

describe("the router of a workspace", () => {
  let stateDir = "";

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "workspace-"));
  });

  afterEach(() => rmSync(stateDir, { recursive: true }));

  it("is the project's own, with values that fit it", async () => {
    const workspace = await writeWorkspace(stateDir, { context: "local" });
    await setRouter(workspace, LOCAL_ROUTERS.voyager.values());
    const project = await readProject(workspace.directory);
    assert.equal(project.config.router, "voyager");
    assert.deepEqual((await project.stage("canary-25")).replicas, { previous: 1, canary: 1 });
  });

  it("is another one, whose values every stage has", async () => {
    const workspace = await writeWorkspace(stateDir, { context: "local" });
    await setRouter(workspace, LOCAL_ROUTERS.replicas.values());
    const project = await readProject(workspace.directory);
    assert.equal(project.config.router, "replicas");
    for (const name of project.config.lifecycle) {
      const stage = await project.stage(name);
      assert.deepEqual(stage.replicas, { total: 4 });
      assert.equal(stage.app.minReadySeconds, 2);
    }
  });
});
