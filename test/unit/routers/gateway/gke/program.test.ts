import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  APP,
  GLOBAL,
  gkeGatewayFoundation,
  gkeGatewayStage,
  REGIONAL,
} from "../../../../support/program/gateway-gke-stages.ts";
import { GATEWAY, gatewayStage } from "../../../../support/program/gateway-stages.ts";
import { gkeFoundation, outputValue } from "../../../../support/program/gke-stages.ts";
import { matchesGolden } from "../../../../support/program/golden.ts";
import { refusalOf, runStage, type StageRun } from "../../../../support/program/mocks.ts";
import { objectOf } from "../../../../support/program/replicas-stages.ts";

type Json = Record<string, unknown>;

const ofKind = (run: StageRun, kind: string) => run.resources.filter(({ type }) => type.endsWith(`:${kind}`));
const namesOf = (run: StageRun, kind: string) =>
  ofKind(run, kind).map(({ inputs }) => (inputs as { metadata: { name: string } }).metadata.name);
const specOf = (run: StageRun, kind: string, name = "httpd") => objectOf(run, kind, name).inputs.spec as Json;
const POLICIES = ["HealthCheckPolicy", "GCPBackendPolicy"] as const;
const SHARED = "/apis/gateway.networking.k8s.io/v1/namespaces/infra/gateways/shared";

describe("the foundation on GKE with a Gateway", function () {
  this.timeout(20_000);

  it("gateway-gke-foundation: a regional load balancer, with nothing said", async () => {
    await matchesGolden("gateway-gke-foundation", (await runStage(gkeGatewayFoundation())).resources);
  });

  it("gateway-gke-foundation-global: a global one with a certificate map, where it differs", async () => {
    const edge = { gateway: { class: GLOBAL }, host: "www.example.com", tls: { certificateMap: "shop" } };
    const run = await runStage(gkeGatewayFoundation({ edge }));
    await matchesGolden(
      "gateway-gke-foundation-global",
      run.resources.filter(({ type }) => /:(Gateway|GlobalAddress|Firewall|Subnetwork)$/.test(type)),
    );
    assert.deepEqual(ofKind(run, "Address"), []);
    assert.equal(await outputValue(run.outputs.edgeAddress), "198.51.100.30");
  });

  it("has a certificate of a Secret in its listener", async () => {
    const edge = { host: "www.example.com", tls: { secret: "www" } };
    const run = await runStage(gkeGatewayFoundation({ edge }));
    const { listeners } = specOf(run, "Gateway") as { listeners: Json[] };
    assert.deepEqual(listeners[1]?.tls, {
      mode: "Terminate",
      certificateRefs: [{ group: "", kind: "Secret", name: "www" }],
    });
  });

  it("protects the address until deletionProtection is off, and waits for the proxies' subnetwork", async () => {
    for (const [edge, type] of [
      [undefined, "Address"],
      [{ gateway: { class: GLOBAL } }, "GlobalAddress"],
    ] as const) {
      assert.equal(ofKind(await runStage(gkeGatewayFoundation({ edge })), type)[0]?.protect, true);
      const setting = gkeGatewayFoundation({ edge });
      const cluster = { ...(setting.config.cluster as Json), deletionProtection: false };
      const run = await runStage({ ...setting, config: { ...setting.config, cluster } });
      assert.equal(ofKind(run, type)[0]?.protect, false);
    }
    const { resources } = await runStage(gkeGatewayFoundation());
    const administrator = resources.find(({ name }) => name === "cluster-administrator");
    assert.ok(administrator?.dependsOn.includes("cluster-network-proxies"));
  });

  it("lets the load balancer through to the ports of the application and of its probe, and nobody else", async () => {
    const { probePath: _, ...without } = APP;
    const app = {
      ...without,
      ports: [{ name: "health", port: 9090 }],
      probes: { readiness: { kind: "http", path: "/ready", port: "health" } },
    };
    const setting = gkeGatewayFoundation({ app });
    const network = { proxies: "10.99.0.0/24" };
    const cluster = { ...(setting.config.cluster as Json), network };
    const run = await runStage({ ...setting, config: { ...setting.config, cluster } });
    const [firewall] = ofKind(run, "Firewall");
    assert.deepEqual(firewall?.inputs.sourceRanges, ["130.211.0.0/22", "35.191.0.0/16", "10.99.0.0/24"]);
    assert.deepEqual(firewall?.inputs.allows, [{ protocol: "tcp", ports: ["80", "9090"] }]);
    const policy = specOf(run, "NetworkPolicy") as {
      ingress: { from?: unknown; ports: { port: number }[] }[];
    };
    assert.deepEqual(
      policy.ingress[0]?.from,
      ["130.211.0.0/22", "35.191.0.0/16", "10.99.0.0/24"].map((cidr) => ({ ipBlock: { cidr } })),
    );
    assert.deepEqual(
      policy.ingress[0]?.ports.map(({ port }) => port),
      [80, 9090],
    );
  });

  it("has nothing of Voyager", async () => {
    const { resources } = await runStage(gkeGatewayFoundation());
    assert.doesNotMatch(JSON.stringify(resources), /voyager/i);
  });

  it("with Voyager has nothing of this", async () => {
    const { resources } = await runStage(gkeFoundation());
    assert.doesNotMatch(JSON.stringify(resources), /gateway|networking\.gke\.io|MANAGED_PROXY|35\.191/i);
  });

  it("refuses a Gateway that such a cluster does not get, and pods that would lose requests", async () => {
    const refuses = async (others: Json, message: RegExp) =>
      assert.match(await refusalOf(gkeGatewayFoundation(others)), message);
    for (const name of ["contour", "gke-l7-rilb", "gke-l7-global-external-managed-mc"]) {
      await refuses(
        { edge: { gateway: { class: name } } },
        new RegExp(
          `^edge\\.gateway\\.class is ${name}, which a GKE cluster .*\\nName ${REGIONAL} or ${GLOBAL}`,
        ),
      );
    }
    await refuses(
      { edge: { gateway: { name: "shared" } } },
      /^edge\.gateway names Gateway shared, but the foundation/,
    );
    await refuses({ app: { ...APP, drainSeconds: 15 } }, /^app\.drainSeconds of 2\.4\.18 is 15/);
  });
});

describe("a stage behind Google's load balancer", function () {
  this.timeout(20_000);

  it("gateway-gke-canary-25", async () => {
    await matchesGolden("gateway-gke-canary-25", (await runStage(gkeGatewayStage("canary-25"))).resources);
  });

  it("has both policies for each Service, and the route after all of them", async () => {
    const testers = { header: { name: "X-Canary", value: "yes" } };
    const edge = { testers, timeouts: { request: "2m" } };
    const run = await runStage(gkeGatewayStage("canary-25", { edge }));
    const services = ["httpd-previous", "httpd-new", "httpd-preview"];
    for (const kind of POLICIES) assert.deepEqual(namesOf(run, kind), services);
    assert.deepEqual(specOf(run, "GCPBackendPolicy", "httpd-preview"), {
      default: { connectionDraining: { drainingTimeoutSec: 45 }, timeoutSec: 120 },
      targetRef: { group: "", kind: "Service", name: "httpd-preview" },
    });
    const [route] = ofKind(run, "HTTPRoute");
    for (const { name } of POLICIES.flatMap((kind) => ofKind(run, kind))) {
      assert.ok(route?.dependsOn.includes(name), name);
    }
    assert.doesNotMatch(JSON.stringify(route?.inputs), /timeouts/);
  });

  it("has each version's own drain", async () => {
    const versions = { "2.4.20": { drainSeconds: 60 } };
    const run = await runStage(gkeGatewayStage("canary-25", { versions }));
    const drainOf = (name: string) => (specOf(run, "GCPBackendPolicy", name) as { default: Json }).default;
    assert.deepEqual(drainOf("httpd-previous"), { connectionDraining: { drainingTimeoutSec: 45 } });
    assert.deepEqual(drainOf("httpd-new"), { connectionDraining: { drainingTimeoutSec: 60 } });
  });

  it("has none of it with another class, and the deployer no right to it", async () => {
    const foundation = (edge: Json | undefined) => {
      const setting = gkeGatewayStage("foundation", { edge });
      const classes = "/apis/gateway.networking.k8s.io/v1/gatewayclasses";
      const found = { [`${classes}/${REGIONAL}`]: { metadata: { name: REGIONAL } } };
      return runStage({ ...setting, cluster: { ...setting.cluster, ...found } });
    };
    const rulesOf = async (edge: Json | undefined) =>
      JSON.stringify(objectOf(await foundation(edge), "Role", "httpdcanary-deployer").inputs.rules);
    assert.match(await rulesOf(undefined), /networking\.gke\.io.*healthcheckpolicies.*gcpbackendpolicies/);
    assert.doesNotMatch(await rulesOf({ gateway: { class: "contour" } }), /networking\.gke\.io/);
    const { resources } = await runStage(gatewayStage("canary-25"));
    assert.doesNotMatch(JSON.stringify(resources), /networking\.gke\.io/);
    // On a cluster that somebody else made no address is reserved.
    assert.equal("addresses" in specOf(await foundation(undefined), "Gateway"), false);
  });

  it("hangs on an existing Gateway of Google's, whose class has to be said", async () => {
    const spec = { gatewayClassName: GLOBAL, listeners: [{ name: "http", port: 80, protocol: "HTTP" }] };
    const allowed = spec.listeners.map((one) => ({ ...one, allowedRoutes: { namespaces: { from: "All" } } }));
    const shared = { [SHARED]: { ...GATEWAY, spec: { ...spec, listeners: allowed } } };
    const setting = (gateway: Json) =>
      gkeGatewayStage(
        "canary-25",
        { edge: { gateway: { name: "shared", namespace: "infra", ...gateway } } },
        shared,
      );
    assert.deepEqual(namesOf(await runStage(setting({ class: GLOBAL })), "HealthCheckPolicy"), [
      "httpd-previous",
      "httpd-new",
    ]);
    assert.match(
      await refusalOf(setting({})),
      /^edge\.gateway\.class is left out, and Gateway shared is of class gke-l7-global.*\nSet edge\.gateway\.class to/,
    );
    assert.match(await refusalOf(setting({ class: REGIONAL })), /^edge\.gateway\.class is gke-l7-regional/);
  });

  it("is refused in a cluster that has no such policies, which a class left out may come upon", async () => {
    for (const stack of ["foundation", "canary-25"]) {
      const { cluster = {}, ...setting } = gkeGatewayStage(stack);
      const { "/apis/networking.gke.io/v1": _, ...elsewhere } = cluster;
      assert.match(
        await refusalOf({ ...setting, cluster: elsewhere }),
        /does not serve networking\.gke\.io\/v1\nGKE has it with the Gateway API .*; elsewhere name another class in edge\.gateway/,
      );
    }
  });
});
