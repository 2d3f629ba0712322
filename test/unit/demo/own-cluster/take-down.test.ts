import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeOwnRecord } from "../../../../demo/own-cluster/record.ts";
import { takeOwnDown } from "../../../../demo/own-cluster/take-down.ts";
import { OWN_NAMESPACE, writeOwnWorkspace } from "../../../../demo/own-cluster/workspace.ts";
import { silentProgress } from "../../../../local/process/progress.ts";
import { type FakeCluster, kubeconfig, serve } from "../../../support/program/cluster.ts";

describe("taking a release down on somebody's own cluster", function () {
  this.timeout(30_000);
  let folder = "";
  let stateDir = "";
  let cluster: FakeCluster;
  let namespaceStatus = 404;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "take-down-"));
    stateDir = join(folder, "state");
    mkdirSync(stateDir);
    cluster = await serve((request, response) => {
      const isNamespace = request.url === `/api/v1/namespaces/${OWN_NAMESPACE}`;
      response.writeHead(isNamespace ? namespaceStatus : 404).end("{}");
    });
    writeFileSync(join(folder, "kubeconfig"), kubeconfig(cluster));
  });
  afterEach(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  /** As a start leaves it that was killed before it had made anything. */
  async function begun(): Promise<void> {
    const named = { context: "test", kubeconfig: join(folder, "kubeconfig") };
    const { environment } = await writeOwnWorkspace(stateDir, named);
    await writeOwnRecord(stateDir, { ...named, environment });
  }

  it("does nothing where nothing was begun", async () => {
    await takeOwnDown(stateDir, silentProgress);
    assert.ok(!existsSync(stateDir));
    await takeOwnDown(stateDir, silentProgress);
  });

  it("ends with nothing on the cluster and no folder, whatever the command says", async () => {
    namespaceStatus = 404;
    await begun();
    await takeOwnDown(stateDir, silentProgress);
    assert.ok(!existsSync(stateDir));
  });

  it("keeps the stacks, and says how to do it by hand, when the cluster cannot be asked", async () => {
    await begun();
    await cluster.close();
    await assert.rejects(takeOwnDown(stateDir, silentProgress), (error: Error & { hint: string }) => {
      assert.match(
        error.message,
        /namespace canary-stages-walk may still be on test: the cluster at .* cannot be reached/,
      );
      assert.match(
        error.hint,
        /kubectl --context test delete namespace canary-stages-walk\), and then the folder .*state/,
      );
      return true;
    });
    assert.ok(existsSync(join(stateDir, "stacks", "Pulumi.yaml")));
  });
});
