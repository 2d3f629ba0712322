import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { stageConfig } from "../../../../src/routers/config.ts";
import { replicas } from "../../../../src/routers/replicas/index.ts";
import { runStage } from "../../../support/program/mocks.ts";
import {
  exampleConfig,
  exampleStage,
  objectOf,
  podsOf,
  selectedBy,
  selectorOf,
  stageAfter,
  waitsFor,
} from "../../../support/program/replicas-stages.ts";

const FIRST = { stack: "canary-10", config: exampleStage("canary-10") };
const AT_10 = { stage: "canary-10", canary: 10, pods: { main: 9, canary: 1 } };
const AT_100 = { stage: "canary-100", canary: 100, pods: { main: 10, canary: 0 } };
const PREVIEW = { edge: { previewService: "InternalLoadBalancer" } };
const WAITING = { ...PREVIEW, traffic: { previous: 100, canary: 0 } };

describe("the replicas router", function () {
  this.timeout(20_000);

  it("makes the walkthrough's objects: 9 and 1 pods behind one load balancer, and no Ingress", async () => {
    const run = await runStage(FIRST);
    const resources = {
      requests: { cpu: "20m", memory: "32Mi" },
      limits: { cpu: "100m", memory: "100Mi" },
    };
    assert.deepEqual(podsOf(run, "app"), {
      replicas: 9,
      image: "canary-stages/app:1.0.0",
      labels: { id: "app", type: "main", serving: "true" },
      resources,
    });
    assert.deepEqual(podsOf(run, "app-canary"), {
      replicas: 1,
      image: "canary-stages/app:2.0.0",
      labels: { id: "app", type: "canary", serving: "true" },
      resources,
    });
    assert.deepEqual(objectOf(run, "Service", "app").inputs.spec, {
      type: "LoadBalancer",
      selector: { id: "app" },
      ports: [{ name: "http", port: 80, targetPort: 5000, protocol: "TCP" }],
    });
    assert.deepEqual(selectedBy(run, "app"), { id: "app", type: "main" });
    assert.deepEqual(selectedBy(run, "app-canary"), { id: "app", type: "canary" });
    const kinds = run.resources.map(({ type }) => type.split(":").at(-1));
    assert.ok(!kinds.includes("Ingress"), kinds.join());
  });

  it("does not wait for an address, which some clusters never give", async () => {
    const { metadata } = objectOf(await runStage(FIRST), "Service", "app").inputs as {
      metadata: { annotations: Record<string, string> };
    };
    assert.equal(metadata.annotations["pulumi.com/skipAwait"], "true");
  });

  it("lets a new pod be ready for a while before it counts, as the stage files say", async () => {
    const run = await runStage(FIRST);
    for (const name of ["app", "app-canary"]) {
      const { spec } = objectOf(run, "Deployment", name).inputs as { spec: Record<string, unknown> };
      assert.equal(spec.minReadySeconds, 2);
      assert.equal(spec.progressDeadlineSeconds, 122);
    }
  });

  it("gives the deployer no right that only Voyager needs, and keeps the restricted standard", async () => {
    const run = await runStage({ stack: "foundation", config: exampleStage("foundation") });
    const groups = (
      objectOf(run, "Role", "replicas-example-deployer").inputs.rules as { apiGroups: string[] }[]
    ).flatMap(({ apiGroups }) => apiGroups);
    assert.ok(!groups.some((group) => group.includes("appscode")), groups.join());
    const { labels } = objectOf(run, "Namespace", "replicas-example").inputs.metadata as {
      labels: Record<string, string>;
    };
    assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
  });

  it("has no empty map in it, which the provider keeps in a preview and drops in the update", async () => {
    const run = await runStage(FIRST);
    for (const name of ["app", "app-canary"]) {
      const { template } = objectOf(run, "Deployment", name).inputs.spec as {
        template: { metadata: object };
      };
      assert.deepEqual(Object.keys(template.metadata), ["labels"]);
    }
  });

  it("finishes a release in the main Deployment: new image, all pods, and none left in the canary's", async () => {
    const run = await runStage(stageAfter(AT_10, "canary-100"));
    const { replicas, image } = podsOf(run, "app");
    assert.deepEqual({ replicas, image }, { replicas: 10, image: "canary-stages/app:2.0.0" });
    assert.equal(podsOf(run, "app-canary").replicas, 0);
    const { data } = objectOf(run, "ConfigMap", "app-release").inputs as { data: Record<string, string> };
    assert.equal(data.liveVersion, "2.0.0");
    assert.equal(data.effectiveCanary, "100");
    const { effective, tracks } = run.outputs as { effective: object; tracks: Record<string, object> };
    assert.deepEqual(effective, { previous: 0, canary: 100 });
    assert.deepEqual(tracks.previous, {
      deployment: "app",
      version: "2.0.0",
      replicas: 10,
      annotations: {},
      effectiveShare: 100,
    });
  });

  it("grows the main Deployment before the canary's shrinks, at the end of a release", async () => {
    const run = await runStage(stageAfter(AT_10, "canary-100"));
    assert.ok(waitsFor(run, "app-canary", "app"));
    assert.ok(!waitsFor(run, "app", "app-canary"));
    assert.equal(objectOf(run, "Deployment", "app").hooks.length, 0);
    assert.equal(objectOf(run, "Deployment", "app-canary").hooks.length, 2);
  });

  it("grows the canary before the main Deployment shrinks, when it goes back", async () => {
    const run = await runStage(stageAfter(AT_100, "canary-10"));
    assert.ok(waitsFor(run, "app", "app-canary"));
    assert.ok(!waitsFor(run, "app-canary", "app"));
    assert.equal(objectOf(run, "Deployment", "app").hooks.length, 2);
  });

  it("begins the next release with the image that main has: only its count changes", async () => {
    const next = { release: { previous: "2.0.0", canary: "2.1.0" } };
    const run = await runStage(stageAfter(AT_100, "canary-10", next));
    const before = await runStage(stageAfter(AT_10, "canary-100"));
    const spec = (of: typeof run) => objectOf(of, "Deployment", "app").inputs.spec as Record<string, unknown>;
    assert.deepEqual({ ...spec(run), replicas: 10 }, spec(before));
    assert.equal(podsOf(run, "app-canary").image, "canary-stages/app:2.1.0");
    assert.ok(waitsFor(run, "app", "app-canary"));
  });

  it("divides ten pods where the stage does not say how many", () => {
    const plan = replicas.plan(exampleConfig("canary-10", { replicas: undefined }));
    assert.deepEqual([plan.tracks.previous.replicas, plan.tracks.canary.replicas], [9, 1]);
  });

  it("refuses a share that the pods cannot give, with the nearest ones and a total that can", () => {
    const traffic = { previous: 75, canary: 25 };
    assert.throws(() => replicas.plan(exampleConfig("canary-10", { traffic })), {
      name: "UserError",
      message: "traffic.canary: 25 % cannot be given by 10 pods; the nearest shares are 20 % and 30 %",
      hint: "Set replicas.total to 12, or change the share.",
    });
    const plan = replicas.plan(exampleConfig("canary-10", { traffic, replicas: { total: 12 } }));
    assert.equal(plan.effectiveCanary, 25);
  });

  it("takes the address and the networks that it is given", async () => {
    const edge = { allowedRanges: ["203.0.113.0/24"] };
    const run = await runStage({ ...FIRST, config: exampleStage("canary-10", { edge }) });
    const spec = objectOf(run, "Service", "app").inputs.spec as Record<string, unknown>;
    assert.deepEqual(spec.loadBalancerSourceRanges, edge.allowedRanges);
    assert.ok(!("loadBalancerIP" in spec));
  });
});

describe("the replicas router's preview entrance", function () {
  this.timeout(20_000);

  it("shows the canary alone, inside the network", async () => {
    const run = await runStage({ ...FIRST, config: exampleStage("canary-10", PREVIEW) });
    assert.deepEqual(selectorOf(run, "app-preview"), { id: "app", type: "canary" });
    const { spec, metadata } = objectOf(run, "Service", "app-preview").inputs as {
      spec: { type: string };
      metadata: { annotations: Record<string, string> };
    };
    assert.equal(spec.type, "LoadBalancer");
    assert.equal(metadata.annotations["networking.gke.io/load-balancer-type"], "Internal");
  });

  it("follows the new version into the main Deployment, before the canary's pods go", async () => {
    const run = await runStage(stageAfter(AT_10, "canary-100", PREVIEW));
    assert.deepEqual(selectorOf(run, "app-preview"), { id: "app", type: "main" });
    assert.ok(waitsFor(run, "app-canary", "app-service-preview"));
    assert.equal(objectOf(run, "Service", "app-preview").hooks.length, 2);
  });

  it("can be inside the cluster alone, or not at all", async () => {
    const inside = { edge: { previewService: "ClusterIP" } };
    const run = await runStage({ ...FIRST, config: exampleStage("canary-10", inside) });
    const { spec, metadata } = objectOf(run, "Service", "app-preview").inputs as {
      spec: { type: string };
      metadata: { annotations: Record<string, string> };
    };
    assert.equal(spec.type, "ClusterIP");
    assert.ok(!("networking.gke.io/load-balancer-type" in metadata.annotations));
    const none = await runStage(FIRST);
    assert.equal(none.resources.filter(({ type }) => type.endsWith(":Service")).length, 1);
  });

  it("shows a canary without traffic: one pod, that the load balancer's Service leaves out", async () => {
    const run = await runStage({ ...FIRST, config: exampleStage("canary-10", WAITING) });
    const { replicas, labels } = podsOf(run, "app-canary");
    assert.equal(podsOf(run, "app").replicas, 10);
    assert.deepEqual({ replicas, serving: labels.serving }, { replicas: 1, serving: "false" });
    assert.deepEqual(selectorOf(run, "app"), { id: "app", serving: "true" });
    assert.deepEqual(selectorOf(run, "app-preview"), { id: "app", type: "canary" });
    assert.deepEqual(run.outputs.effective, { previous: 100, canary: 0 });
  });

  it("leaves the canary empty at no traffic where there is no entrance", async () => {
    const run = await runStage({
      ...FIRST,
      config: exampleStage("canary-10", { ...WAITING, edge: undefined }),
    });
    assert.equal(podsOf(run, "app-canary").replicas, 0);
    assert.deepEqual(selectorOf(run, "app"), { id: "app" });
  });

  it("counts a waiting canary as one without traffic: it has to be ready before main shrinks", async () => {
    const waiting = { stage: "canary-10", canary: 0, pods: { main: 10, canary: 5 } };
    const run = await runStage(stageAfter(waiting, "canary-10", PREVIEW));
    assert.ok(waitsFor(run, "app", "app-canary"));
    assert.equal(podsOf(run, "app-canary").labels.serving, "true");
  });
});

describe("the replicas router's configuration", () => {
  const refuses = (changed: Record<string, unknown>, message: RegExp) =>
    assert.throws(() => stageConfig(exampleStage("canary-10", changed)), { name: "UserError", message });

  it("knows its own keys, and no other router's", () => {
    refuses({ replicas: { totl: 10 } }, /^replicas\.totl is no known key; did you mean replicas\.total\?$/);
    refuses({ replicas: { previous: 9, canary: 1 } }, /replicas\.previous is no known key/);
    refuses({ edge: { previewHost: "preview.example.com" } }, /did you mean edge\.previewService\?/);
  });

  it("refuses counts and entrances that are none", () => {
    refuses({ replicas: { total: 0 } }, /^replicas\.total is 0: must be at least 1$/m);
    refuses({ replicas: { total: 2.5 } }, /^replicas\.total is 2\.5: must be a whole number of pods$/m);
    refuses({ edge: { previewService: "NodePort" } }, /^edge\.previewService is "NodePort": .*ClusterIP/);
  });

  it("of an unknown router says which there are, and nothing of the rest", () => {
    refuses({ router: "replica" }, /^router is "replica": must be one of voyager, replicas, gateway$/);
  });
});
