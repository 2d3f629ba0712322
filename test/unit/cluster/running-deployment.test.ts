import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { runningDeployment } from "../../../src/cluster/running-deployment.ts";
import { importApplication } from "../../../src/import/app.ts";
import { deploymentIn, manifestsOf } from "../../../src/import/manifest.ts";
import { FakeApi } from "../../support/fakes.ts";

const container = {
  name: "shop",
  image: "registry.test/shop:7",
  env: [{ name: "LEVEL", valueFrom: { configMapKeyRef: { name: "settings", key: "level" } } }],
  envFrom: [{ configMapRef: { name: "gone", optional: true } }, { secretRef: { name: "keys" } }],
  ports: [{ containerPort: 8080 }, { containerPort: 9090 }],
  volumeMounts: [{ name: "pages", mountPath: "/srv" }],
};
const volumes = [{ name: "pages", configMap: { name: "pages" } }];

function cluster(): FakeApi {
  const api = new FakeApi();
  const template = {
    metadata: { labels: { app: "shop", tier: "web" } },
    spec: { containers: [container], volumes },
  };
  const at = (path: string, object: object) =>
    api.put(path, { metadata: { name: path.split("/").at(-1) }, ...object });
  at("/apis/apps/v1/namespaces/web/deployments/shop", { spec: { replicas: 2, template } });
  at("/api/v1/namespaces/web/configmaps/settings", { data: { level: "info" } });
  at("/api/v1/namespaces/web/configmaps/pages", { data: { "index.html": "hello" } });
  at("/api/v1/namespaces/web/configmaps/other", { data: {} });
  const ports = [{ port: 80, targetPort: 9090 }];
  at("/api/v1/namespaces/web/services/shop", { spec: { selector: { app: "shop" }, ports } });
  at("/api/v1/namespaces/web/services/other", { spec: { selector: { app: "other" }, ports } });
  at("/api/v1/namespaces/web/services/headless", { spec: { ports } });
  return api;
}

describe("a Deployment that runs", () => {
  it("comes with the ConfigMaps that its pods name and the Services that lead to them, and no Secret is asked for", async () => {
    const api = cluster();
    const asked: string[] = [];
    api.onRequest = (_method, path) => asked.push(path);
    const objects = await runningDeployment(api, "web", "shop");
    const manifests = objects.flatMap((object) => manifestsOf(object, "it"));
    assert.deepEqual(
      manifests.map(({ kind, name }) => `${kind} ${name}`),
      ["Deployment shop", "ConfigMap settings", "ConfigMap pages", "Service shop"],
    );
    assert.ok(!asked.some((path) => path.includes("secrets")));
  });

  it("is imported as one in a file is", async () => {
    const objects = await runningDeployment(cluster(), "web", "shop");
    const manifests = objects.flatMap((object) => manifestsOf(object, "it"));
    const deployment = deploymentIn(manifests, undefined, "it");
    const { app } = importApplication(deployment, manifests.slice(1));
    assert.deepEqual(
      [app.port, app.env, app.files],
      [9090, { LEVEL: "info" }, { "/srv/index.html": "hello" }],
    );
  });

  it("is named among those that there are where it is none of them", async () => {
    await assert.rejects(runningDeployment(cluster(), "web", "shpo"), {
      message: "namespace web of the cluster at https://cluster.test has no Deployment shpo: it has shop",
    });
  });
});
