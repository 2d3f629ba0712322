import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, findCluster, startCluster, stopCluster } from "../../../local/cluster/cluster.ts";
import { COMPONENTS } from "../../../local/cluster/components.ts";
import { ensureKubernetes } from "../../../local/cluster/programs.ts";
import { ensureImages, httpdImage } from "../../../local/images/images.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { findProcess, readLedger } from "../../../local/process/ledger.ts";
import { isAlive, kill, start } from "../../../local/process/processes.ts";
import { withDescendants } from "../../../local/process/procfs.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { until } from "../../support/until.ts";
import { hostState, tracesOf } from "../support/footprint.ts";
import { newStateFolder, nodeOf, removeCluster } from "../support/test-cluster.ts";
import { coreApi, restrictedPod, runPod, textAt } from "../support/workloads.ts";

const WEB = restrictedPod("web", httpdImage("2.4.18"), 80);

describe("local clusters that come and go", function () {
  this.timeout(15 * 60_000);
  let stateDir = "";
  let hostBefore: string[] = [];

  before(async () => {
    stateDir = newStateFolder();
    await ensureKubernetes(silentProgress);
    await ensureImages(silentProgress);
    hostBefore = await hostState();
  });

  after(() => removeCluster(stateDir));

  /** The cluster that the test before left up, or a new one where it failed. */
  async function up(): Promise<Cluster> {
    return (await findCluster(stateDir)) ?? (await startCluster(stateDir, silentProgress));
  }

  it("has another one beside it, which does not disturb it", async () => {
    const cluster = await up();
    const web = await runPod(coreApi(cluster), WEB);
    const otherDir = newStateFolder();
    try {
      const other = await startCluster(otherDir, silentProgress);
      assert.notEqual(other.server, cluster.server);
      const address = await runPod(coreApi(other), restrictedPod("web", httpdImage("2.4.20"), 80));
      assert.match((await textAt(`http://${address}/`)) ?? "", /It works!/);
    } finally {
      await stopCluster(otherDir, silentProgress);
    }
    assert.deepEqual(readdirSync(otherDir), []);
    rmSync(otherDir, { recursive: true });
    assert.deepEqual(await findCluster(stateDir), cluster);
    assert.match((await textAt(`http://${web}/`)) ?? "", /It works!/);
  });

  it("begins anew when all of it was killed, and nothing of the old one is left", async () => {
    const cluster = await up();
    const { init, record, network } = nodeOf(stateDir);
    const processes = withDescendants(readLedger(stateDir));
    assert.ok(processes.length > COMPONENTS.length);
    assert.notDeepEqual(await tracesOf(record, network), []);
    await kill(init);
    const next = await startCluster(stateDir, silentProgress);
    assert.notEqual(next.id, cluster.id);
    assert.deepEqual(await tracesOf(record, network), []);
    assert.deepEqual(processes.filter(isAlive), []);
  });

  it("leaves nothing behind", async () => {
    await runPod(coreApi(await up()), WEB);
    const { record, network } = nodeOf(stateDir);
    const processes = withDescendants(readLedger(stateDir));
    await stopCluster(stateDir, silentProgress);
    assert.deepEqual(await tracesOf(record, network), []);
    assert.deepEqual(processes.filter(isAlive), []);
    assert.deepEqual(readdirSync(stateDir), []);
    const known = new Set(hostBefore);
    assert.deepEqual(
      (await hostState()).filter((line) => !known.has(line)),
      [],
    );
  });

  it("takes everything back when a start is aborted", async () => {
    await stopCluster(stateDir, silentProgress);
    const abort = new AbortController();
    const starting = startCluster(stateDir, silentProgress, abort.signal);
    await Promise.all([
      assert.rejects(starting, /stop it/),
      until(async () => findProcess(stateDir, "kube-apiserver"), { what: "the API server was started" }).then(
        () => abort.abort(new Error("stop it")),
      ),
    ]);
    assert.equal(findProcess(stateDir, "kube-apiserver"), undefined);
    assert.equal(findProcess(stateDir, "namespace"), undefined);
  });

  it("comes up after a start that was killed in the middle", async () => {
    await stopCluster(stateDir, silentProgress);
    const program = `
      import { startCluster } from "./local/cluster/cluster.ts";
      import { createProgress } from "./local/process/progress.ts";
      await startCluster(${JSON.stringify(stateDir)}, createProgress());`;
    const runner = newStateFolder();
    const starting = await start(
      runner,
      "starter",
      [process.execPath, "--input-type=module", "--eval", program],
      { log: join(runner, "starter.log"), cwd: PROJECT_ROOT },
    );
    await until(async () => findProcess(stateDir, "kube-apiserver"), { what: "the API server was started" });
    await kill(starting);
    rmSync(runner, { recursive: true });
    const started = await startCluster(stateDir, silentProgress);
    assert.deepEqual(await findCluster(stateDir), started);
    assert.ok(findProcess(stateDir, "load-balancer"));
  });
});
