import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { previewSchema } from "../../../src/results/schemas.ts";
import { until } from "../../support/until.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import { createByKubectl } from "../support/kubectl.ts";
import { moveTo } from "../support/move.ts";
import { canary, type Ended } from "../support/project.ts";
import { TEST_APPLICATION } from "../support/test-application.ts";

const MODEL = "e2e-takeover-model";
const NAMESPACE = "e2e-takeover";
const APP = { ...TEST_APPLICATION, drainSeconds: 1 };
const RELEASE = { previous: "1.0.0", canary: "2.0.0" };
/** Names of the paths that lead to each object. */
const DEPLOYMENT = "/apis/apps/v1/namespaces/NAMESPACE/deployments/app-previous";
const SERVICE = "/api/v1/namespaces/NAMESPACE/services/app-service";
const THEIRS = "/api/v1/namespaces/NAMESPACE/configmaps/theirs";

interface Live {
  readonly metadata: { readonly name: string; readonly labels?: object };
  readonly spec: Readonly<Record<string, unknown>>;
}

const at = (path: string, namespace = NAMESPACE): string => path.replace("NAMESPACE", namespace);

async function madeProject(namespace: string): Promise<TestProject> {
  const project = await makeProject(namespace);
  await project.edit("Pulumi.yaml", { app: APP, release: RELEASE });
  return project;
}

/** @param path of the object */
function create(api: KubernetesApi, path: string, content: object): Promise<unknown> {
  return createByKubectl(api, at(path).slice(0, at(path).lastIndexOf("/")), content);
}

describe("an application that runs already, made by kubectl", function () {
  this.timeout(240_000);
  let api: KubernetesApi;
  let project: TestProject;
  const run = (...words: string[]): Promise<Ended> => canary(project, ...words);

  before(async () => {
    api = await administrator();
    // What the program would declare, in a namespace that is only there to be copied.
    await moveTo(await madeProject(MODEL), "canary-0");
    const model = async (path: string) => (await api.get<Live>(at(path, MODEL))) ?? assert.fail(path);
    const { spec: deployment, metadata } = await model(DEPLOYMENT);
    const { spec: service } = await model(SERVICE);
    await createByKubectl(api, "/api/v1/namespaces", {
      metadata: { name: NAMESPACE, labels: { team: "shop" } },
    });
    const { name, labels } = metadata;
    await create(api, DEPLOYMENT, { metadata: { name, labels }, spec: deployment });
    await create(api, SERVICE, {
      metadata: { name: "app-service" },
      spec: { selector: service.selector, ports: [{ name: "http", port: 80, targetPort: 9999 }] },
    });
    await create(api, THEIRS, { metadata: { name: "theirs" }, data: { a: "b" } });
    await until(async () => (await podNames()).length === 1);
    project = await madeProject(NAMESPACE);
  });

  const podNames = async (): Promise<string[]> => {
    const pods = await api.list<Live>(at("/api/v1/namespaces/NAMESPACE/pods"));
    return pods.map(({ metadata }) => metadata.name);
  };

  it("keeps its namespace as it is until somebody says that it is to be taken over", async () => {
    const refused = await run("foundation", "--yes");
    assert.equal(refused.exitCode, 3, refused.stderr);
    assert.match(refused.stderr, /Namespace e2e-takeover is taken over, managed by kubectl-create/);
    assert.match(refused.stderr, /pod-security\.kubernetes\.io\/enforce {2}none → baseline/);
    await project.pulumi("stack", "init", "foundation");
    const bare = await project.pulumi("up", "--yes", "--skip-preview", "-s", "foundation");
    assert.notEqual(bare.exitCode, 0);
    assert.match(bare.output, /Namespace e2e-takeover, managed by kubectl-create/);
    const { metadata } = (await api.get<Live>(at("/api/v1/namespaces/NAMESPACE"))) ?? assert.fail();
    assert.deepEqual(metadata.labels, { team: "shop", "kubernetes.io/metadata.name": NAMESPACE });
    const taken = await run("foundation", "--yes", "--take-over");
    assert.equal(taken.exitCode, 0, taken.stderr);
  });

  it("is previewed with what would be changed in it, from what to what, and who manages it", async () => {
    const { exitCode, stdout, stderr } = await run("preview", "canary-0", "--json");
    assert.equal(exitCode, 0, stderr);
    const { takenOver } = previewSchema.parse(JSON.parse(stdout));
    assert.deepEqual(
      takenOver.map(({ object, managers, differences }) => [
        object,
        managers,
        differences.map(({ path, from, to }) => [path, from, to]),
      ]),
      [
        ["Deployment app-previous", ["kubectl-create"], []],
        [
          "Service app-service",
          ["kubectl-create"],
          [
            ['metadata.annotations["ingress.appscode.com/check"]', null, "true"],
            ["spec.ports[0].targetPort", 9999, APP.port],
          ],
        ],
      ],
    );
  });

  it("is changed by nobody who has not said so, by the command or by pulumi up", async () => {
    const refused = await run("promote", "canary-0", "--yes", "--no-verify");
    assert.equal(refused.exitCode, 3, refused.stderr);
    assert.match(refused.stderr, /spec\.ports\.0\.targetPort|targetPort {2}9999 → 5000/);
    const bare = await project.pulumi("up", "--yes", "--skip-preview", "-s", "canary-0");
    assert.notEqual(bare.exitCode, 0);
    assert.match(bare.output, /Service app-service, managed by kubectl-create/);
    const { spec } = (await api.get<Live>(at(SERVICE))) ?? assert.fail();
    assert.match(JSON.stringify(spec.ports), /9999/);
  });

  it("is put under this program by canary-0, and its pods go on as they are", async () => {
    const pods = await podNames();
    const taken = await run("promote", "canary-0", "--yes", "--no-verify", "--take-over");
    assert.equal(taken.exitCode, 0, taken.stderr);
    assert.deepEqual(await podNames(), pods);
    const { spec } = (await api.get<Live>(at(SERVICE))) ?? assert.fail();
    assert.match(JSON.stringify(spec.ports), /"targetPort":5000/);
    const next = await run("promote", "--yes", "--no-verify");
    assert.equal(next.exitCode, 0, next.stderr);
  });

  it("leaves the namespace and what else is in it when it is taken down", async () => {
    const down = await run("teardown", "--confirm", `canary-stages/${NAMESPACE}`);
    assert.equal(down.exitCode, 0, down.stderr);
    assert.match(down.stderr, /The namespace was there before, and stays/);
    assert.ok(await api.get(at(THEIRS)));
    const left = () =>
      Promise.all(
        [
          DEPLOYMENT,
          SERVICE,
          "/apis/coordination.k8s.io/v1/namespaces/NAMESPACE/leases/app-release",
          "/api/v1/namespaces/NAMESPACE/configmaps/app-history",
          "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles/e2e-takeover-deployer",
        ].map((path) => api.get(at(path))),
      );
    // What deletes in the foreground is gone once its pods are.
    await until(async () => (await left()).every((object) => object === undefined));
  });
});
