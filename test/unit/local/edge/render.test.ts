import assert from "node:assert/strict";
import fc from "fast-check";
import type { IngressSpec } from "../../../../local/edge/objects.ts";
import { renderConfig } from "../../../../local/edge/render.ts";
import { assertGolden } from "./golden.ts";
import { endpoint, ingress, objects, pod, service, settings, slice, tlsSecret, weighted } from "./objects.ts";

const toWeb = { service: { name: "web", port: { number: 80 } } };

describe("renderConfig", () => {
  it("renders the walkthrough's default backend", () => {
    const { config, problems } = renderConfig(
      ingress({ defaultBackend: toWeb }),
      weighted("75", "25"),
      settings,
    );
    assertGolden("default-backend.cfg", config);
    assert.deepEqual(problems, []);
  });

  it("renders hosts, paths, TLS, rules of frontends and backends, checks and affinity", () => {
    const world = objects({
      services: [
        service("web", [{ port: 80 }], { check: "true", "check-port": "8081" }),
        service("canary", [{ port: 80, name: "http" }], {
          affinity: "cookie",
          "session-cookie-name": "ROUTE",
        }),
      ],
      pods: [pod("web-0", "75"), pod("canary-0", "0")],
      slices: [
        slice("web", [endpoint("web-0", "10.1.0.1"), endpoint("canary-0", "10.1.0.2")]),
        slice("canary", [endpoint("canary-0", "10.1.0.2")], [{ port: 8080, name: "http" }]),
      ],
      secrets: [tlsSecret("certificate")],
    });
    const preview = { name: "preview", service: { name: "canary", port: { name: "http" } } };
    const rendered = renderConfig(
      ingress(
        {
          defaultBackend: { ...toWeb, backendRules: ["retries 3", "option redispatch 1"] },
          tls: [{ hosts: ["shop.example.com"], secretName: "certificate" }],
          frontendRules: [{ port: 80, rules: ["use_backend preview if { req.hdr(x-canary) -m found }"] }],
          rules: [
            { http: { paths: [{ path: "/static/", backend: { ...toWeb, loadBalanceOn: "leastconn" } }] } },
            { host: "*.example.com", http: { paths: [{ backend: toWeb }] } },
            { host: "preview.example.com", http: { paths: [{ backend: preview }] } },
            { host: "shop.example.com", http: { paths: [{ path: "/", backend: toWeb }] } },
          ],
        },
        {
          "default-option": '{"http-keep-alive": "true", "dontlognull": "false", "nonsense": "maybe"}',
          "default-timeout": '{"connect": "1s", "http-keep-alive": "10s"}',
          "hard-stop-after": "5m",
        },
      ),
      world,
      settings,
    );
    assertGolden("everything.cfg", rendered.config);
    assert.deepEqual(rendered.problems, []);
    assert.deepEqual([...rendered.files.values()], ["CERTIFICATE\nKEY"]);
  });

  it("holds the port with 503 while there is no Ingress", () => {
    assertGolden("no-ingress.cfg", renderConfig(undefined, objects({}), settings).config);
  });

  it("keeps a backend whose Service has no ready pod: frontend rules may name it", () => {
    const world = objects({ services: [service("web", [{ port: 80 }])] });
    const { config } = renderConfig(ingress({ defaultBackend: { ...toWeb, name: "mine" } }), world, settings);
    assert.match(config, /^backend mine\n$/m);
    assert.match(config, /^ {2}default_backend mine$/m);
    assert.doesNotMatch(config, /^ {2}server /m);
  });

  it("leaves out a backend whose Service or port is not there, and says so", () => {
    for (const world of [objects({}), objects({ services: [service("web", [{ port: 81 }])] })]) {
      const { config, problems } = renderConfig(ingress({ defaultBackend: toWeb }), world, settings);
      assert.doesNotMatch(config, /backend/);
      assert.deepEqual(problems, ["there is no Service web with the port 80"]);
    }
  });

  it("leaves HTTPS out while its certificate is not there, and says so", () => {
    const spec = {
      tls: [{ hosts: ["a.example.com"], secretName: "none" }],
      rules: [{ host: "a.example.com", http: { paths: [{ backend: toWeb }] } }],
    };
    const { config, problems } = renderConfig(ingress(spec), weighted("1"), settings);
    assert.doesNotMatch(config, /ssl-min-ver/);
    assert.equal(problems.length, 2);
  });

  it("redirects to HTTPS only where it is wanted", () => {
    const spec = {
      tls: [{ hosts: ["a.example.com"], secretName: "certificate" }],
      rules: [{ host: "a.example.com", http: { paths: [{ backend: toWeb }] } }],
    };
    const world = { ...weighted("1"), secrets: objects({ secrets: [tlsSecret("certificate")] }).secrets };
    const config = (annotations: Record<string, string>) =>
      renderConfig(ingress(spec, annotations), world, settings).config;
    assert.match(config({}), /redirect code 308/);
    assert.doesNotMatch(config({ "ssl-redirect": "false" }), /redirect/);
    assert.match(config({}), /Strict-Transport-Security/);
    assert.doesNotMatch(config({ hsts: "false" }), /Strict-Transport-Security/);
  });

  it("does not redirect what a rule with noTLS serves by HTTP", () => {
    const rule = { host: "a.example.com", http: { paths: [{ path: "/", backend: toWeb }] } };
    const spec = {
      tls: [{ hosts: ["a.example.com"], secretName: "certificate" }],
      rules: [rule, { ...rule, http: { ...rule.http, noTLS: true } }],
    };
    const world = { ...weighted("1"), secrets: objects({ secrets: [tlsSecret("certificate")] }).secrets };
    const { config } = renderConfig(ingress(spec), world, settings);
    assert.doesNotMatch(config, /redirect/);
    assert.equal(config.match(/use_backend web\.shop:80 if /g)?.length, 2);
  });

  it("gives two uses of one Service with different rules two sections", () => {
    const rules = ["a", "b"].map((host) => ({
      host: `${host}.example.com`,
      http: { paths: [{ backend: { ...toWeb, backendRules: [`http-request set-header x-host ${host}`] } }] },
    }));
    const { config } = renderConfig(ingress({ rules }), weighted("1"), settings);
    const names = [...config.matchAll(/^backend (\S+)$/gm)].map(([, name]) => name);
    assert.equal(new Set(names).size, 2);
    for (const name of names) assert.ok(config.includes(`use_backend ${name} if `));
  });

  const injected = "x\n  server evil 203.0.113.1:80";
  const injections: readonly [string, IngressSpec, Record<string, string>, Record<string, string>][] = [
    ["a rule of a backend", { defaultBackend: { ...toWeb, backendRules: [injected] } }, {}, {}],
    ["a backend's name", { defaultBackend: { ...toWeb, name: injected } }, {}, {}],
    ["a rule of a frontend", { frontendRules: [{ port: 80, rules: [injected] }] }, {}, {}],
    ["a host", { rules: [{ host: injected, http: { paths: [{ backend: toWeb }] } }] }, {}, {}],
    ["a path", { rules: [{ http: { paths: [{ path: `/${injected}`, backend: toWeb }] } }] }, {}, {}],
    ["a way to balance", { defaultBackend: { ...toWeb, loadBalanceOn: injected } }, {}, {}],
    ["a timeout", {}, { "default-timeout": JSON.stringify({ connect: injected }) }, {}],
    ["an option", {}, { "default-option": JSON.stringify({ [injected]: "true" }) }, {}],
    ["the time until a hard stop", {}, { "hard-stop-after": "1s\r  daemon" }, {}],
    [
      "a cookie's name",
      { defaultBackend: toWeb },
      {},
      { affinity: "cookie", "session-cookie-name": injected },
    ],
  ];
  for (const [what, spec, annotations, serviceAnnotations] of injections) {
    it(`serves no Ingress with a line break in ${what}, and says so`, () => {
      const world = {
        ...weighted("1"),
        services: objects({ services: [service("web", [{ port: 80 }], serviceAnnotations)] }).services,
      };
      const { config, problems } = renderConfig(ingress(spec, annotations), world, settings);
      assert.equal(config, renderConfig(undefined, objects({}), settings).config);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", /it is not served, a value in it has a line break/);
    });
  }

  it("has another fingerprint for every other configuration, and the same for the same", () => {
    const fingerprint = (...weights: string[]) =>
      renderConfig(ingress({ defaultBackend: toWeb }), weighted(...weights), settings).fingerprint;
    assert.equal(fingerprint("75", "25"), fingerprint("75", "25"));
    assert.notEqual(fingerprint("75", "25"), fingerprint("25", "75"));
  });
});

describe("renderConfig, for any pods", () => {
  const weights = fc.array(fc.option(fc.integer({ min: 0, max: 256 }), { nil: undefined }), {
    maxLength: 30,
  });

  it("gives each ready pod one server line, with the weight of its annotation", () => {
    fc.assert(
      fc.property(weights, (given) => {
        const world = weighted(...given.map((weight) => weight?.toString()));
        const { config } = renderConfig(ingress({ defaultBackend: toWeb }), world, settings);
        const servers = [
          ...config.matchAll(/^ {2}server pod-web-(\d+) 10\.1\.0\.\d+:80(?: weight (\d+))?$/gm),
        ];
        const found = new Map(servers.map(([, index, weight]) => [Number(index), weight && Number(weight)]));
        assert.deepEqual(
          [...found].sort(([a], [b]) => a - b),
          given.map((weight, index) => [index, weight]),
        );
      }),
    );
  });

  it("does not depend on the order in which the objects came", () => {
    fc.assert(
      fc.property(weights, fc.boolean(), (given, reversed) => {
        const world = weighted(...given.map((weight) => weight?.toString()));
        const [only] = world.endpointSlices.values();
        const endpoints = [...(only?.endpoints ?? [])];
        if (reversed) endpoints.reverse();
        const shuffled = {
          ...world,
          endpointSlices: objects({ slices: [slice("web", endpoints)] }).endpointSlices,
        };
        const config = (from: typeof world) =>
          renderConfig(ingress({ defaultBackend: toWeb }), from, settings).config;
        assert.equal(config(shuffled), config(world));
      }),
    );
  });
});
