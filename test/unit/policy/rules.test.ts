import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Container, leastPods, type PodSpec, podSpecOf } from "../../../policy/pods.ts";
import {
  enoughReplicas,
  fixedImages,
  limitedResources,
  noSecretsInEnvironment,
  type PodRule,
  secretsInConfigMap,
  unprivileged,
} from "../../../policy/rules.ts";

const good: Container = {
  name: "httpd",
  image: "httpd:2.4.20",
  resources: { limits: { cpu: "500m", memory: "128Mi" } },
  securityContext: { allowPrivilegeEscalation: false },
};
const pod = (container: Partial<Container> = {}, others: PodSpec = {}): PodSpec => ({
  containers: [{ ...good, ...container }],
  ...others,
});
const digest = `sha256:${"0".repeat(64)}`;

const rules = { fixedImages, limitedResources, unprivileged, noSecretsInEnvironment } satisfies Record<
  string,
  PodRule
>;

const cases: readonly [keyof typeof rules, string, PodSpec, readonly string[]][] = [
  ["fixedImages", "a tag", pod(), []],
  ["fixedImages", "a digest", pod({ image: `httpd@${digest}` }), []],
  ["fixedImages", "a registry with a port", pod({ image: "registry.example.com:5000/httpd:1" }), []],
  [
    "fixedImages",
    "latest",
    pod({ image: "httpd:latest" }),
    ["container httpd: image httpd:latest has a tag that moves"],
  ],
  [
    "fixedImages",
    "no tag behind a port",
    pod({ image: "registry.example.com:5000/httpd" }),
    ["container httpd: image registry.example.com:5000/httpd has no tag, which means latest"],
  ],
  [
    "fixedImages",
    "an init container too",
    pod({}, { initContainers: [{ ...good, name: "init", image: "busybox" }] }),
    ["container init: image busybox has no tag, which means latest"],
  ],
  ["limitedResources", "both limits", pod(), []],
  ["limitedResources", "none", pod({ resources: {} }), ["container httpd: no limit for cpu and memory"]],
  [
    "limitedResources",
    "one",
    pod({ resources: { limits: { cpu: "1" } } }),
    ["container httpd: no limit for memory"],
  ],
  ["unprivileged", "nothing", pod(), []],
  [
    "unprivileged",
    "privileged",
    pod({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    ["container httpd: is privileged"],
  ],
  ["unprivileged", "silence", pod({ securityContext: {} }), ["container httpd: may gain privileges"]],
  ["unprivileged", "the node's network", pod({}, { hostNetwork: true }), ["the pod has hostNetwork"]],
  [
    "unprivileged",
    "a folder of the node",
    pod({}, { volumes: [{ name: "root", hostPath: { path: "/" } }] }),
    ["volume root is a folder of the node"],
  ],
  [
    "noSecretsInEnvironment",
    "a password in clear",
    pod({ env: [{ name: "DB_PASSWORD", value: "x" }] }),
    ["container httpd: DB_PASSWORD in clear: take it from a Secret"],
  ],
  ["noSecretsInEnvironment", "one from a Secret", pod({ env: [{ name: "DB_PASSWORD" }] }), []],
  ["noSecretsInEnvironment", "a harmless value", pod({ env: [{ name: "KEYBOARD", value: "qwertz" }] }), []],
];

describe("rules for pods", () => {
  for (const [rule, what, spec, problems] of cases) {
    it(`${rule}: ${problems.length === 0 ? "accepts" : "refuses"} ${what}`, () => {
      assert.deepEqual(rules[rule](spec), problems);
    });
  }

  it("look into every kind that makes pods, and into no other", () => {
    const spec = pod();
    const template = { spec: { template: { spec } } };
    for (const type of ["apps/v1:Deployment", "apps/v1:StatefulSet", "apps/v1:DaemonSet", "batch/v1:Job"]) {
      assert.equal(podSpecOf(`kubernetes:${type}`, template), spec, type);
    }
    assert.equal(podSpecOf("kubernetes:core/v1:Pod", { spec }), spec);
    assert.equal(podSpecOf("kubernetes:batch/v1:CronJob", { spec: { jobTemplate: template } }), spec);
    assert.equal(podSpecOf("kubernetes:core/v1:Service", { spec }), undefined);
  });
});

describe("rules for ConfigMaps and Deployments", () => {
  it("find keys and texts that look like secrets", () => {
    assert.deepEqual(secretsInConfigMap({ index: "<h1>httpd 2.4.20</h1>" }), []);
    assert.equal(secretsInConfigMap({ password: "x" }).length, 1);
    assert.equal(secretsInConfigMap({ file: "-----BEGIN EC PRIVATE KEY-----" }).length, 1);
    assert.deepEqual(secretsInConfigMap(undefined), []);
  });

  it("want two pods, or none", () => {
    assert.deepEqual(
      [0, 1, 2, 3, undefined].map((count) => enoughReplicas(count, 2).length),
      [0, 1, 0, 0, 0],
    );
  });

  it("counts the pods of a Deployment, or of the autoscaler where that says nothing", () => {
    const deployment = "kubernetes:apps/v1:Deployment";
    const autoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
    assert.equal(leastPods(deployment, { spec: { replicas: 3 } }), 3);
    assert.equal(leastPods(deployment, { spec: {} }), undefined);
    assert.equal(leastPods(autoscaler, { spec: { minReplicas: 2 } }), 2);
    assert.equal(leastPods(autoscaler, { spec: {} }), 1);
    assert.equal(leastPods("kubernetes:core/v1:Service", {}), undefined);
  });
});
