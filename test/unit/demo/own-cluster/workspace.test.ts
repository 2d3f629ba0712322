import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOwnRecord, writeOwnRecord } from "../../../../demo/own-cluster/record.ts";
import { OWN_NAMESPACE, OWN_NEXT, writeOwnWorkspace } from "../../../../demo/own-cluster/workspace.ts";
import { evaluateStage } from "../../../../src/project/evaluate.ts";
import { readProject } from "../../../../src/project/project.ts";

describe("the stacks for a cluster of somebody's own", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "own-cluster-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (kubeconfig?: string) => writeOwnWorkspace(folder, { context: "kind-kind", kubeconfig });

  it("need nothing in the cluster, and give exactly the shares of the walkthrough", async () => {
    const { directory } = await write();
    const project = await readProject(directory);
    assert.equal(project.config.router, "replicas");
    assert.equal(project.config.namespace, OWN_NAMESPACE);
    const shares = [];
    for (const stage of project.config.lifecycle) {
      const { plan } = await evaluateStage(project, stage);
      const { previous, canary } = plan.tracks;
      shares.push([stage, plan.effectiveCanary, previous.replicas, canary.replicas]);
    }
    assert.deepEqual(shares, [
      ["canary-25", 25, 3, 1],
      ["canary-75", 75, 1, 3],
      ["canary-100", 100, 4, 0],
    ]);
  });

  it("release versions that are there for every processor, each after the one before", async () => {
    const { config } = await readProject((await write()).directory);
    assert.equal(config.app.image, "httpd");
    const { previous, canary } = config.release;
    const versions = [previous, canary, OWN_NEXT];
    assert.deepEqual(versions, [...new Set(versions)].sort());
    for (const version of versions) assert.match(version, /^2\.4\.6\d$/);
  });

  it("name the context, and the file where one was given", async () => {
    const founding = async (directory: string) => (await readProject(directory)).foundation();
    const usual = await founding((await write()).directory);
    assert.deepEqual(usual.cluster, { kind: "kubeconfig", context: "kind-kind" });
    const named = await founding((await write("/tmp/config")).directory);
    assert.deepEqual(named.cluster, {
      kind: "kubeconfig",
      context: "kind-kind",
      kubeconfig: "/tmp/config",
    });
  });

  it("are written down with what a command on them needs", async () => {
    assert.equal(await readOwnRecord(folder), undefined);
    const record = { context: "kind-kind", environment: { PATH: "/bin" } };
    await writeOwnRecord(folder, record);
    assert.deepEqual(await readOwnRecord(folder), record);
  });
});
