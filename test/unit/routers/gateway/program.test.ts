import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Rule } from "../../../../src/routers/gateway/route.ts";
import {
  CLASS_PATH,
  EDGE,
  GATEWAY,
  GATEWAY_INSTALLED,
  GATEWAY_PATH,
  gatewayStage,
  ROUTE_PATH,
  runGatewayStages,
} from "../../../support/program/gateway-stages.ts";
import { matchesGolden } from "../../../support/program/golden.ts";
import { refusalOf, runStage, type StageRun } from "../../../support/program/mocks.ts";
import { objectOf, waitsFor } from "../../../support/program/replicas-stages.ts";
import { clusterAfter } from "../../../support/program/stages.ts";

type Json = Record<string, unknown>;

const specOf = (run: StageRun, kind: string, name: string) => objectOf(run, kind, name).inputs.spec as Json;
const kindsOf = (run: StageRun) => run.resources.map(({ type }) => type.split(":").at(-1));
const backend = (name: string, weight: number) => ({ group: "", kind: "Service", name, port: 80, weight });
const everything = { path: { type: "PathPrefix", value: "/" } };
const parent = (section?: string) => ({
  group: "gateway.networking.k8s.io",
  kind: "Gateway",
  name: "httpd",
  ...(section && { sectionName: section }),
});
const split = (previous: number, canary: number) => [
  backend("httpd-previous", previous),
  backend("httpd-new", canary),
];

/** All that the stages register, each on what the one before it left. */
describe("golden objects of the gateway router", function () {
  this.timeout(30_000);

  const ways: Readonly<Record<string, readonly string[]>> = {
    "gateway-canary-25": ["canary-25"],
    "gateway-canary-75": ["canary-25", "canary-75"],
    "gateway-canary-100": ["canary-25", "canary-75", "canary-100"],
    "gateway-canary-0": ["canary-25", "canary-0"],
  };
  for (const [name, stages] of Object.entries(ways)) {
    it(name, async () => matchesGolden(name, (await runGatewayStages(stages)).resources));
  }

  it("gateway-foundation", async () => {
    await matchesGolden("gateway-foundation", (await runStage(gatewayStage("foundation"))).resources);
  });

  it("gateway-rollback: from 75 % to 25 % it is the first stage again", async () => {
    const objects = (run: StageRun) =>
      run.resources
        .filter(({ type }) => /HTTPRoute|Service|Deployment$/.test(type))
        .map(({ urn, inputs }) => ({ urn: urn.split("::").slice(2).join("::"), inputs }))
        .sort((a, b) => a.urn.localeCompare(b.urn));
    assert.deepEqual(
      objects(await runGatewayStages(["canary-25", "canary-75", "canary-25"])),
      objects(await runGatewayStages(["canary-25"])),
    );
  });

  it("gateway-preview: everything at once that an edge can have", async () => {
    const edge = {
      ...EDGE,
      host: "www.example.com",
      previewHost: "preview.example.com",
      pathPrefix: "/shop",
      testers: { cookie: { name: "beta", value: "1.0" } },
      tls: { secret: "httpd-tls" },
      timeouts: { request: "10s" },
    };
    const waiting = { traffic: { previous: 100, canary: 0 }, replicas: { previous: 1, canary: 1 } };
    const run = await runStage(gatewayStage("canary-25", {}, { edge, ...waiting }));
    await matchesGolden("gateway-preview", run.resources);
    const foundation = await runStage(gatewayStage("foundation", {}, { edge }));
    await matchesGolden(
      "gateway-foundation-tls",
      foundation.resources.filter(({ type }) => type.endsWith(":Gateway")),
    );
  });
});

describe("the gateway router's objects", function () {
  this.timeout(30_000);

  it("are a Service for each track and one route, whose weights are the shares", async () => {
    const run = await runGatewayStages(["canary-25"]);
    assert.deepEqual(specOf(run, "HTTPRoute", "httpd"), {
      parentRefs: [parent()],
      rules: [{ matches: [everything], backendRefs: split(75, 25) }],
    });
    assert.deepEqual(specOf(run, "Service", "httpd-previous").selector, { app: "httpd", track: "previous" });
    assert.deepEqual(specOf(run, "Service", "httpd-new").selector, { app: "httpd", track: "canary" });
    const kinds = kindsOf(run);
    assert.equal(kinds.filter((kind) => kind === "Service").length, 2);
    assert.equal(kinds.filter((kind) => kind === "HTTPRoute").length, 1);
    for (const absent of ["Ingress", "Gateway", "GatewayClass"]) assert.ok(!kinds.includes(absent), absent);
  });

  it("change by the weights alone between two shares: no pod, no Service", async () => {
    const before = await runGatewayStages(["canary-25"]);
    const after = await runGatewayStages(["canary-25", "canary-75"]);
    const changed = after.resources
      .filter(({ custom }) => custom)
      .filter(({ urn, inputs }) => {
        const same = before.resources.find(
          (one) => one.urn.split("::").slice(2).join() === urn.split("::").slice(2).join(),
        );
        return JSON.stringify(same?.inputs) !== JSON.stringify(inputs);
      })
      .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
    assert.deepEqual(changed, ["HTTPRoute httpd-service", "ConfigMap httpd-release"]);
    assert.deepEqual(specOf(after, "HTTPRoute", "httpd").rules, [
      { matches: [everything], backendRefs: split(25, 75) },
    ]);
  });

  it("have a Gateway in the foundation, that the deployer may read", async () => {
    const run = await runStage(gatewayStage("foundation"));
    assert.deepEqual(specOf(run, "Gateway", "httpd"), {
      gatewayClassName: "contour",
      listeners: [
        { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } },
      ],
    });
    const { rules } = objectOf(run, "Role", "httpdcanary-deployer").inputs as { rules: Json[] };
    assert.deepEqual(rules.slice(-2), [
      {
        apiGroups: ["gateway.networking.k8s.io"],
        resources: ["httproutes"],
        verbs: ["get", "list", "watch", "create", "patch", "delete"],
      },
      { apiGroups: ["gateway.networking.k8s.io"], resources: ["gateways"], verbs: ["get"] },
    ]);
  });

  it("hang on a Gateway of another namespace, which the deployer gets the right to read, and no other", async () => {
    const edge = { ...EDGE, gateway: { name: "shared", namespace: "infra", section: "web" } };
    const path = "/apis/gateway.networking.k8s.io/v1/namespaces/infra/gateways/shared";
    const listener = {
      ...GATEWAY.spec.listeners[0],
      name: "web",
      allowedRoutes: { namespaces: { from: "All" } },
    };
    const shared = { ...GATEWAY, spec: { ...GATEWAY.spec, listeners: [listener] } };
    const run = await runStage(gatewayStage("canary-25", { [path]: shared }, { edge }));
    assert.deepEqual(specOf(run, "HTTPRoute", "httpd").parentRefs, [
      { ...parent("web"), name: "shared", namespace: "infra" },
    ]);
    const foundation = await runStage(gatewayStage("foundation", { [path]: shared }, { edge }));
    assert.ok(!kindsOf(foundation).includes("Gateway"));
    const role = objectOf(foundation, "Role", "httpdcanary-deployer-gateway").inputs;
    assert.equal((role.metadata as Json).namespace, "infra");
    assert.deepEqual(role.rules, [
      {
        apiGroups: ["gateway.networking.k8s.io"],
        resources: ["gateways"],
        resourceNames: ["shared"],
        verbs: ["get"],
      },
    ]);
    const binding = objectOf(foundation, "RoleBinding", "httpdcanary-deployer-gateway").inputs;
    assert.deepEqual(binding.subjects, [
      { kind: "ServiceAccount", name: "httpdcanary-deployer", namespace: "httpdcanary" },
    ]);
  });

  it("lead testers to the canary by a header or a cookie, and back when the canary is taken out", async () => {
    const byHeader = { ...EDGE, testers: { header: { name: "X-Canary", value: "yes" } } };
    const rulesOf = async (stages: readonly string[], edge: Json) =>
      specOf(await runGatewayStages(stages, { edge }), "HTTPRoute", "httpd").rules as Json[];
    const preview = { backendRefs: [backend("httpd-preview", 1)] };
    assert.deepEqual(await rulesOf(["canary-25"], byHeader), [
      {
        matches: [{ ...everything, headers: [{ type: "Exact", name: "X-Canary", value: "yes" }] }],
        ...preview,
      },
      { matches: [everything], backendRefs: split(75, 25) },
    ]);
    const cookie = { ...EDGE, testers: { cookie: { name: "beta", value: "1" } } };
    const [byCookie] = (await rulesOf(["canary-25"], cookie)) as unknown as Rule[];
    const [header] = byCookie?.matches[0]?.headers ?? [];
    assert.equal(header?.name, "Cookie");
    const matches = (text: string) => new RegExp(`^(?:${header?.value})$`).test(text);
    assert.ok(["beta=1", "a=b; beta=1", "beta=1; c=d", "a=b; beta=1; c=d"].every(matches));
    assert.ok(!["beta=10", "nobeta=1", "a=beta=1", "beta=2", ""].some(matches));
    assert.deepEqual(await rulesOf(["canary-25", "canary-0"], byHeader), [
      { matches: [everything], backendRefs: split(100, 0) },
    ]);
  });

  it("tell browsers how long to stay with HTTPS, and lead no tester in clear", async () => {
    const tls = { secret: "httpd-tls", redirect: false };
    const edgeWith = (more: Json) => ({ ...EDGE, host: "www.example.com", tls: { ...tls, ...more } });
    const hsts = { maxAgeSeconds: 31_536_000, includeSubdomains: true, preload: true };
    const { rules } = specOf(
      await runGatewayStages(["canary-25"], { edge: edgeWith({ hsts }) }),
      "HTTPRoute",
      "httpd",
    );
    const value = "max-age=31536000; includeSubDomains; preload";
    const set = [{ name: "Strict-Transport-Security", value }];
    assert.deepEqual((rules as Json[])[0]?.filters, [
      { type: "ResponseHeaderModifier", responseHeaderModifier: { set } },
    ]);
    const none = specOf(
      await runGatewayStages(["canary-25"], { edge: edgeWith({ hsts: false }) }),
      "HTTPRoute",
      "httpd",
    );
    assert.doesNotMatch(JSON.stringify(none), /filters/);
    const testers = { header: { name: "X-Canary", value: "yes" } };
    await assert.rejects(runGatewayStages(["canary-25"], { edge: { ...edgeWith({}), testers } }), {
      message:
        /^edge\.testers .*must not go with edge\.tls\.redirect: false: what shows the canary would be sent in clear/,
    });
  });

  it("redirect HTTP to HTTPS by a route of their own, at the Gateway's other listener", async () => {
    const edge = { ...EDGE, host: "www.example.com", tls: { secret: "httpd-tls" } };
    const run = await runGatewayStages(["canary-25"], { edge });
    assert.deepEqual(specOf(run, "HTTPRoute", "httpd").parentRefs, [parent("https")]);
    assert.deepEqual(specOf(run, "HTTPRoute", "httpd-redirect"), {
      parentRefs: [parent("http")],
      hostnames: ["www.example.com"],
      rules: [
        {
          matches: [everything],
          filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }],
        },
      ],
    });
    const both = await runGatewayStages(["canary-25"], {
      edge: { ...edge, tls: { secret: "httpd-tls", redirect: false } },
    });
    assert.deepEqual(specOf(both, "HTTPRoute", "httpd").parentRefs, [parent()]);
    assert.equal(kindsOf(both).filter((kind) => kind === "HTTPRoute").length, 1);
  });
});

describe("the order of a move with the gateway router", function () {
  this.timeout(30_000);

  const order = (run: StageRun) => ({
    routeAfter: ["httpd-previous", "httpd-new"].filter((track) => waitsFor(run, "httpd-service", track)),
    afterRoute: ["httpd-previous", "httpd-new"].filter((track) => waitsFor(run, track, "httpd-service")),
    routeWaits: objectOf(run, "HTTPRoute", "httpd").hooks.length,
  });

  const moves: readonly [what: string, stages: readonly string[], expected: object][] = [
    [
      "first release: no share before there is a pod",
      ["canary-25"],
      { routeAfter: ["httpd-previous", "httpd-new"], afterRoute: [], routeWaits: 2 },
    ],
    [
      "promotion: the canary, the route, the previous version",
      ["canary-25", "canary-75"],
      { routeAfter: ["httpd-new"], afterRoute: ["httpd-previous"], routeWaits: 2 },
    ],
    [
      "rollback: the previous version, the route, the canary",
      ["canary-25", "canary-75", "canary-25"],
      { routeAfter: ["httpd-previous"], afterRoute: ["httpd-new"], routeWaits: 2 },
    ],
    [
      "abort: the route before the canary's pods leave",
      ["canary-25", "canary-0"],
      { routeAfter: ["httpd-previous"], afterRoute: ["httpd-new"], routeWaits: 2 },
    ],
    [
      "after an abort: the canary has pods again before it has a share",
      ["canary-25", "canary-0", "canary-25"],
      { routeAfter: ["httpd-new"], afterRoute: ["httpd-previous"], routeWaits: 2 },
    ],
  ];
  for (const [what, stages, expected] of moves) {
    it(what, async () => assert.deepEqual(order(await runGatewayStages(stages)), expected));
  }

  it("way on after a rollback that ended behind the route: by the route, and not by the record", async () => {
    const live = clusterAfter(await runGatewayStages(["canary-25", "canary-75", "canary-100"]));
    const spec = specOf(await runGatewayStages(["canary-25"]), "HTTPRoute", "httpd");
    const previous = "/apis/apps/v1/namespaces/httpdcanary/deployments/httpd-previous";
    const found = live[previous] as { spec: Json };
    const halfway = {
      ...live,
      [previous]: { ...found, spec: { ...found.spec, replicas: 1 } },
      [ROUTE_PATH]: { metadata: { name: "httpd" }, spec },
    };
    // The previous version has 75 % by the route: its pods must not go first.
    assert.deepEqual(order(await runStage(gatewayStage("canary-100", halfway))), {
      routeAfter: ["httpd-new"],
      afterRoute: ["httpd-previous"],
      routeWaits: 2,
    });
  });

  it("canary whose pods were taken away by hand: it has pods again before the route changes", async () => {
    const live = clusterAfter(await runGatewayStages(["canary-25"]));
    const path = "/apis/apps/v1/namespaces/httpdcanary/deployments/httpd-new";
    const found = live[path] as { spec: Json };
    const run = await runStage(
      gatewayStage("canary-25", { ...live, [path]: { ...found, spec: { ...found.spec, replicas: 0 } } }),
    );
    assert.deepEqual(order(run).afterRoute, []);
  });
});

describe("the program with the gateway router refuses", function () {
  this.timeout(30_000);

  const refuses = async (setting: ReturnType<typeof gatewayStage>, message: RegExp) =>
    assert.match(await refusalOf(setting), message);
  const without = (path: string, changed: Json = {}, stack = "canary-25") => {
    const setting = gatewayStage(stack, {}, changed);
    const { [path]: _, ...cluster } = setting.cluster as Json;
    return { ...setting, cluster };
  };

  it("a cluster without the Gateway API, or with an old one", async () => {
    await refuses(
      without("/apis/gateway.networking.k8s.io/v1"),
      /does not serve gateway\.networking\.k8s\.io\/v1\nInstall the Gateway API, version 1\.0 or later/,
    );
    const group = {
      "/apis/gateway.networking.k8s.io": {
        versions: [{ groupVersion: "gateway.networking.k8s.io/v1beta1" }],
      },
    };
    const old = without("/apis/gateway.networking.k8s.io/v1");
    await refuses(
      { ...old, cluster: { ...old.cluster, ...group } },
      /does not serve gateway\.networking\.k8s\.io\/v1; it serves gateway\.networking\.k8s\.io\/v1beta1\n/,
    );
  });

  it("a Gateway that is not there", async () => {
    await refuses(
      without(GATEWAY_PATH),
      /^Gateway httpdcanary\/httpd does not exist\nThe foundation makes it: apply it again/,
    );
  });

  it("a class that is unknown, in the foundation", async () => {
    const setting = without(CLASS_PATH, { edge: { gateway: { class: "nginx" } } }, "foundation");
    await refuses(
      setting,
      /^edge\.gateway\.class is "nginx", and the cluster has no such GatewayClass; it has contour\n/,
    );
  });

  it("a Gateway of another namespace that does not let the route in", async () => {
    const edge = { gateway: { name: "shared", namespace: "infra" } };
    const path = "/apis/gateway.networking.k8s.io/v1/namespaces/infra/gateways/shared";
    await refuses(
      gatewayStage("canary-25", { [path]: GATEWAY }, { edge }),
      /^Gateway infra\/shared does not take the route: listener http: it allows routes of its own namespace alone, and not of httpdcanary/,
    );
  });

  it("rules in its route that somebody else wrote: they would be lost", async () => {
    const live = clusterAfter(await runGatewayStages(["canary-25"]));
    const spec = specOf(await runGatewayStages(["canary-25"]), "HTTPRoute", "httpd") as { rules: Json[] };
    const foreign = {
      matches: [{ path: { type: "PathPrefix", value: "/admin" } }],
      backendRefs: [backend("admin", 1)],
    };
    const route = (rules: Json[]) => ({
      [ROUTE_PATH]: {
        kind: "HTTPRoute",
        metadata: {
          name: "httpd",
          managedFields: [
            { manager: "canary-stages", fieldsV1: {} },
            { manager: "kubectl-edit", fieldsV1: { "f:spec": { "f:rules": {} } } },
          ],
        },
        spec: { ...spec, rules },
      },
    });
    await refuses(
      gatewayStage("canary-75", { ...live, ...route([...spec.rules, foreign]) }),
      /^HTTPRoute httpd has rules that kubectl-edit wrote, and that this would overwrite:\n {2}.*"\/admin".*\nMove them into an HTTPRoute of their own/,
    );
    // On the way back that is no reason to stay with a broken canary.
    await runStage(gatewayStage("canary-0", { ...live, ...route([...spec.rules, foreign]) }));
    // And weights that were changed by hand are taken back.
    const byHand = [{ ...spec.rules[0], backendRefs: split(10, 90) }];
    await runStage(gatewayStage("canary-75", { ...live, ...route(byHand) }));
  });

  it("what the class cannot do, in the foundation", async () => {
    const known = {
      [CLASS_PATH]: { metadata: { name: "contour" }, status: { supportedFeatures: [{ name: "HTTPRoute" }] } },
    };
    const edge = { ...EDGE, timeouts: { request: "10s" } };
    await refuses(
      gatewayStage("foundation", known, { edge }),
      /^edge\.timeouts\.request needs HTTPRouteRequestTimeout, which GatewayClass contour does not support\n/,
    );
    await runStage(gatewayStage("foundation", { ...GATEWAY_INSTALLED }, { edge }));
  });
});
