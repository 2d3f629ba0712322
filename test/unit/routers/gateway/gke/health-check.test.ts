import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { AppConfig } from "../../../../../src/config/app.ts";
import { healthCheckOf, healthCheckPort } from "../../../../../src/routers/gateway/gke/health-check.ts";

type Readiness = AppConfig["probes"]["readiness"];

const check = (readiness?: Readiness, others: Partial<AppConfig> = {}) =>
  healthCheckOf({
    port: 8080,
    ports: [{ name: "health", port: 9090, protocol: "TCP" }],
    probes: { ...(readiness && { readiness }) },
    ...others,
  } as AppConfig);
const fixed = (port: number) => ({ portSpecification: "USE_FIXED_PORT", port });
const tcp = (port: number) => ({ type: "TCP", tcpHealthCheck: fixed(port) });

describe("what Google's load balancer asks", () => {
  it("is the path of the application where it has no probe of its own", () => {
    assert.deepEqual(check(undefined, { probePath: "/healthz" }), {
      type: "HTTP",
      httpHealthCheck: { ...fixed(8080), requestPath: "/healthz" },
    });
  });

  it("is the readiness probe with its port by number, its scheme and its host", () => {
    assert.deepEqual(
      check({
        kind: "http",
        path: "/ready?full=1",
        port: "health",
        scheme: "HTTPS",
        headers: { host: "a.example.com" },
      }),
      {
        type: "HTTPS",
        httpsHealthCheck: { ...fixed(9090), requestPath: "/ready?full=1", host: "a.example.com" },
      },
    );
    assert.deepEqual(check({ kind: "http", path: "/", port: "http" }), {
      type: "HTTP",
      httpHealthCheck: { ...fixed(8080), requestPath: "/" },
    });
    assert.deepEqual(check({ kind: "tcp", port: 9090 }), tcp(9090));
    assert.deepEqual(check({ kind: "grpc" }), { type: "GRPC", grpcHealthCheck: fixed(8080) });
    assert.deepEqual(check({ kind: "grpc", port: 9090, service: "shop" }), {
      type: "GRPC",
      grpcHealthCheck: { ...fixed(9090), grpcServiceName: "shop" },
    });
  });

  it("is a connection where it cannot ask that", () => {
    assert.deepEqual(check({ kind: "exec", command: ["ready"] }), tcp(8080));
    const http = { kind: "http", path: "/", port: "health" } as const;
    assert.deepEqual(check({ ...http, headers: { Host: "a.example.com", "X-Probe": "yes" } }), tcp(9090));
    assert.deepEqual(check({ ...http, headers: { Host: "10.0.0.1" } }), tcp(9090));
    assert.deepEqual(check({ ...http, headers: { Host: "a.example.com:8080" } }), tcp(9090));
    assert.deepEqual(check({ ...http, path: "/with space" }), tcp(9090));
  });

  it("has the type and the one field of it, with what the CRD takes, whatever the probe is", () => {
    const text = fc.string({ maxLength: 20 });
    const port = fc.constantFrom(undefined, 8080, 9090, "http", "health");
    const readiness = fc.oneof(
      fc.record({
        kind: fc.constant("http" as const),
        path: text.map((rest) => `/${rest}`),
        port,
        scheme: fc.constantFrom(undefined, "HTTP" as const, "HTTPS" as const),
        headers: fc.dictionary(fc.oneof(fc.constant("Host"), text), fc.oneof(fc.domain(), text), {
          maxKeys: 2,
        }),
      }),
      fc.record({ kind: fc.constant("tcp" as const), port }),
      fc.record({ kind: fc.constant("grpc" as const), port }),
    );
    fc.assert(
      fc.property(readiness, (probe) => {
        const found = check(probe as Readiness);
        assert.deepEqual(
          Object.keys(found).sort(),
          ["type", `${found.type.toLowerCase()}HealthCheck`].sort(),
        );
        assert.ok([8080, 9090].includes(healthCheckPort(found)));
        const { requestPath = "/", host = "a" } = Object.values(found)[1] as Record<string, string>;
        assert.match(requestPath, /^\/[A-Za-z0-9/\-._~%!?$&'()*+,;=:]*$/);
        assert.match(host, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      }),
    );
  });
});
