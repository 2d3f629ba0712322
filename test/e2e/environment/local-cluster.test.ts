import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { type Cluster, findCluster, startCluster, stopCluster } from "../../../local/cluster/cluster.ts";
import { componentControl } from "../../../local/cluster/control.ts";
import { layoutOf } from "../../../local/cluster/layout.ts";
import { withLock } from "../../../local/cluster/lock.ts";
import { ensureKubernetes } from "../../../local/cluster/programs.ts";
import { appImage, ensureImages, httpdImage } from "../../../local/images/images.ts";
import { findProcess } from "../../../local/process/ledger.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { UserError } from "../../../src/errors.ts";
import { until } from "../../support/until.ts";
import { cpuWeightsOf } from "../support/footprint.ts";
import { newStateFolder, nodeOf, removeCluster } from "../support/test-cluster.ts";
import { coreApi, exposePod, restrictedPod, runPod, textAt } from "../support/workloads.ts";

const UP_WITHIN_MS = 30_000;

describe("the start of a local cluster", function () {
  this.timeout(15 * 60_000);
  let stateDir = "";
  let cluster: Cluster;

  before(async () => {
    stateDir = newStateFolder();
    await ensureKubernetes(silentProgress);
    await ensureImages(silentProgress);
  });

  after(() => removeCluster(stateDir));

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
});

describe("a running local cluster", function () {
  this.timeout(15 * 60_000);
  let stateDir = "";
  let cluster: Cluster;
  /** Address of a pod with a web server. */
  let web = "";

  before(() => {
    stateDir = newStateFolder();
  });

  // Each test has a whole cluster, whatever the one before left of it: one failure stays one.
  beforeEach(async () => {
    cluster = (await findCluster(stateDir)) ?? (await startCluster(stateDir, silentProgress));
    web = await runPod(coreApi(cluster), restrictedPod("web", httpdImage("2.4.18"), 80));
  });

  after(() => removeCluster(stateDir));

  it("runs a real Apache httpd under the restricted standard, reached from the host", async () => {
    assert.match((await textAt(`http://${web}/`)) ?? "", /It works!/);
  });

  it("lets pods go before the machinery where there is too little CPU for both", () => {
    assert.deepEqual(cpuWeightsOf(nodeOf(stateDir).record), ["16 times the usual"]);
  });

  it("gives a LoadBalancer Service an address that the host reaches", async () => {
    const api = coreApi(cluster);
    await runPod(api, restrictedPod("app", appImage("2.0.0"), 5000));
    const address = await exposePod(api, "app", 5000);
    assert.equal(await until(() => textAt(`http://${address}/`), { what: "the service answers" }), "2.0.0\n");
  });

  it("fills the token Secret of a ServiceAccount", async () => {
    const api = coreApi(cluster);
    const annotations = { "kubernetes.io/service-account.name": "default" };
    const body = { metadata: { name: "token", annotations }, type: "kubernetes.io/service-account-token" };
    await api.createNamespacedSecret({ namespace: "default", body });
    await until(
      async () => {
        const { data } = await api.readNamespacedSecret({ name: "token", namespace: "default" });
        return data?.token && data["ca.crt"];
      },
      { what: "the secret is filled" },
    );
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
      await control.repair();
      assert.deepEqual(await findCluster(stateDir), cluster);
    });
  }

  it("is repaired by a start when components have died", async () => {
    const control = componentControl(stateDir);
    await control.kill("kubelet");
    await control.kill("kube-proxy");
    assert.equal((await startCluster(stateDir, silentProgress)).id, cluster.id);
    const address = await exposePod(coreApi(cluster), "web", 80);
    const text = await until(() => textAt(`http://${address}/`), { what: "the service answers" });
    assert.match(text, /It works!/);
  });
});
