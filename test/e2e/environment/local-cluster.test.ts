import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, findCluster, startCluster, stopCluster } from "../../../local/cluster/cluster.ts";
import { COMPONENTS } from "../../../local/cluster/components.ts";
import { componentControl } from "../../../local/cluster/control.ts";
import { layoutOf } from "../../../local/cluster/layout.ts";
import { withLock } from "../../../local/cluster/lock.ts";
import { findNode } from "../../../local/cluster/node.ts";
import { ensureKubernetes } from "../../../local/cluster/programs.ts";
import { appImage, ensureImages, httpdImage } from "../../../local/images/images.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { findProcess, isAlive, kill, readLedger, start } from "../../../local/process/processes.ts";
import { withDescendants } from "../../../local/process/procfs.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { until } from "../../../local/process/until.ts";
import { UserError } from "../../../src/errors.ts";
import { cpuWeightsOf, hostState, tracesOf } from "../support/footprint.ts";
import { coreApi, eventually, exposePod, restrictedPod, runPod, textAt } from "../support/workloads.ts";

const UP_WITHIN_MS = 30_000;

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "local-cluster-"));
}

function nodeOf(stateDir: string) {
  const node = findNode(stateDir);
  assert.ok(node, `a cluster runs in ${stateDir}`);
  return node;
}

describe("the local cluster", function () {
  this.timeout(15 * 60_000);
  let stateDir = "";
  let hostBefore: string[] = [];
  let cluster: Cluster;
  let web = "";

  before(async () => {
    stateDir = newFolder();
    await ensureKubernetes(silentProgress);
    await ensureImages(silentProgress);
    hostBefore = await hostState();
  });

  after(async () => {
    await stopCluster(stateDir, silentProgress);
    rmSync(stateDir, { recursive: true });
  });

  it("is not found before it is started, and stopping nothing is no error", async () => {
    assert.equal(await findCluster(stateDir), undefined);
    await stopCluster(stateDir, silentProgress);
    assert.deepEqual(readdirSync(stateDir), []);
  });

  it("comes up within 30 seconds once it is built", async () => {
    const started = performance.now();
    cluster = await startCluster(stateDir, silentProgress);
    assert.ok(performance.now() - started < UP_WITHIN_MS);
    assert.equal(cluster.context, "canary-stages-local");
    assert.equal(statSync(cluster.kubeconfig).mode & 0o777, 0o600);
    assert.deepEqual(await findCluster(stateDir), cluster);
  });

  it("runs a real Apache httpd under the restricted standard, reached from the host", async () => {
    web = await runPod(coreApi(cluster), restrictedPod("web", httpdImage("2.4.18"), 80));
    assert.match((await textAt(`http://${web}/`)) ?? "", /It works!/);
  });

  it("lets pods go before the machinery where there is too little CPU for both", () => {
    assert.deepEqual(cpuWeightsOf(nodeOf(stateDir).record), ["16 times the usual"]);
  });

  it("gives a LoadBalancer Service an address that the host reaches", async () => {
    const api = coreApi(cluster);
    await runPod(api, restrictedPod("app", appImage("2.0.0"), 5000));
    const address = await exposePod(api, "app", 5000);
    assert.equal(await eventually("the service answers", () => textAt(`http://${address}/`)), "2.0.0\n");
  });

  it("fills the token Secret of a ServiceAccount", async () => {
    const api = coreApi(cluster);
    const annotations = { "kubernetes.io/service-account.name": "default" };
    const body = { metadata: { name: "token", annotations }, type: "kubernetes.io/service-account-token" };
    await api.createNamespacedSecret({ namespace: "default", body });
    await eventually("the secret is filled", async () => {
      const { data } = await api.readNamespacedSecret({ name: "token", namespace: "default" });
      return data?.token && data["ca.crt"];
    });
  });

  it("is the same at a second start", async () => {
    assert.deepEqual(await startCluster(stateDir, silentProgress), cluster);
  });

  it("refuses a start while another process is at it", async () => {
    const busy = () => new UserError("busy", "wait");
    await withLock(layoutOf(stateDir).lock, busy, () =>
      assert.rejects(startCluster(stateDir, silentProgress), {
        name: "UserError",
        message: `Process ${process.pid} is starting or stopping the local cluster of this state folder.`,
      }),
    );
  });

  for (const name of [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "containerd",
  ] as const) {
    it(`goes on serving while ${name} is dead, and gets whole again`, async () => {
      const control = componentControl(stateDir);
      await control.kill(name);
      assert.equal(findProcess(stateDir, name), undefined);
      assert.match((await textAt(`http://${web}/`)) ?? "", /It works!/);
      await control.restart(name);
      assert.deepEqual(await findCluster(stateDir), cluster);
    });
  }

  it("is repaired by a start when components have died", async () => {
    const control = componentControl(stateDir);
    await control.kill("kubelet");
    await control.kill("kube-proxy");
    assert.equal((await startCluster(stateDir, silentProgress)).id, cluster.id);
    const address = await exposePod(coreApi(cluster), "web", 80);
    const text = await eventually("the service answers", () => textAt(`http://${address}/`));
    assert.match(text, /It works!/);
  });

  it("has another one beside it, which does not disturb it", async () => {
    const otherDir = newFolder();
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
    const { init, record, network } = nodeOf(stateDir);
    const processes = withDescendants(readLedger(stateDir));
    assert.ok(processes.length > COMPONENTS.length);
    assert.notDeepEqual(await tracesOf(record, network), []);
    await kill(init);
    const next = await startCluster(stateDir, silentProgress);
    assert.notEqual(next.id, cluster.id);
    assert.deepEqual(await tracesOf(record, network), []);
    assert.deepEqual(processes.filter(isAlive), []);
    cluster = next;
  });

  it("leaves nothing behind", async () => {
    const { record, network } = nodeOf(stateDir);
    await runPod(coreApi(cluster), restrictedPod("web", httpdImage("2.4.18"), 80));
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
    const abort = new AbortController();
    const starting = startCluster(stateDir, silentProgress, abort.signal);
    await Promise.all([
      assert.rejects(starting, /stop it/),
      eventually("the API server was started", async () => findProcess(stateDir, "kube-apiserver")).then(() =>
        abort.abort(new Error("stop it")),
      ),
    ]);
    assert.equal(findProcess(stateDir, "kube-apiserver"), undefined);
    assert.equal(findProcess(stateDir, "namespace"), undefined);
  });

  it("comes up after a start that was killed in the middle", async () => {
    const program = `
      import { startCluster } from "./local/cluster/cluster.ts";
      import { createProgress } from "./local/process/progress.ts";
      await startCluster(${JSON.stringify(stateDir)}, createProgress());`;
    const runner = newFolder();
    const starting = await start(
      runner,
      "starter",
      [process.execPath, "--input-type=module", "--eval", program],
      { log: join(runner, "starter.log"), cwd: PROJECT_ROOT },
    );
    await eventually("the API server was started", async () => findProcess(stateDir, "kube-apiserver"));
    await kill(starting);
    rmSync(runner, { recursive: true });
    const up = await startCluster(stateDir, silentProgress);
    assert.deepEqual(await findCluster(stateDir), up);
    assert.ok(await until(() => findProcess(stateDir, "load-balancer") !== undefined, { timeoutMs: 0 }));
  });
});
