import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { stageConfig } from "../../../../src/routers/config.ts";
import { gateway } from "../../../../src/routers/gateway/index.ts";
import { gatewayStage } from "../../../support/program/gateway-stages.ts";

type Json = Record<string, unknown>;

const configOf = (changed: Json = {}) => stageConfig(gatewayStage("canary-25", {}, changed).config);
const planOf = (canary: number, replicas: { previous: number; canary: number }) =>
  gateway.plan(configOf({ traffic: { previous: 100 - canary, canary }, replicas }));

const pods = fc.integer({ min: 1, max: 50 });

describe("the gateway router's plan", () => {
  it("gives every share exactly, however many pods there are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), pods, pods, (share, previous, canary) => {
        const plan = planOf(share, { previous, canary });
        assert.equal(plan.effectiveCanary, share);
        assert.deepEqual(
          [plan.tracks.previous.effectiveShare, plan.tracks.canary.effectiveShare],
          [100 - share, share],
        );
        assert.deepEqual([plan.tracks.previous.replicas, plan.tracks.canary.replicas], [previous, canary]);
      }),
      { numRuns: 50 },
    );
  });

  it("makes the same pods at every share, so that none starts again", () => {
    const podsOf = (share: number) => {
      const { previous, canary } = planOf(share, { previous: 1, canary: 1 }).tracks;
      return [previous, canary].map(({ version, labels, annotations }) => ({ version, labels, annotations }));
    };
    for (const share of [0, 1, 75, 100]) assert.deepEqual(podsOf(share), podsOf(25));
  });

  it("refuses traffic for a track without pods", () => {
    assert.throws(() => planOf(25, { previous: 1, canary: 0 }), {
      name: "UserError",
      message: "traffic.canary is 25 % but replicas.canary is 0",
    });
    assert.equal(planOf(0, { previous: 1, canary: 0 }).effectiveCanary, 0);
    assert.equal(planOf(100, { previous: 0, canary: 1 }).effectiveCanary, 100);
  });
});

describe("the gateway router's configuration", () => {
  const refuses = (edge: Json | undefined, message: RegExp) =>
    assert.throws(() => configOf({ edge }), { name: "UserError", message });
  const own = { gateway: { class: "contour" } };

  it("has a Gateway by its class or by its name, and GKE's class without a word of it", () => {
    for (const edge of [undefined, {}]) {
      assert.deepEqual(configOf({ edge }).edge, {
        gateway: { class: "gke-l7-regional-external-managed" },
        mirror: false,
        pathPrefix: "/",
        propagationSeconds: 45,
      });
    }
    refuses({ gateway: { section: "http" } }, /^edge\.gateway\.name is missing/m);
    refuses({ gateway: { clas: "contour" } }, /^edge\.gateway is /m);
    refuses({ gateway: { class: "Contour" } }, /^edge\.gateway/m);
    configOf({ edge: { gateway: { name: "shared", namespace: "infra", section: "http" } } });
  });

  it("names each value that is wrong", () => {
    refuses({ ...own, host: "www" }, /^edge\.host is "www": must be a host name such as www\.example\.com/m);
    refuses(
      { ...own, pathPrefix: "/shop/" },
      /^edge\.pathPrefix is "\/shop\/": must be a path such as \/shop/m,
    );
    refuses(
      { ...own, envoy: ["127.0.0.1:9001"] },
      /^edge\.envoy\[0\] is .*: must be an address such as http/m,
    );
    refuses({ ...own, timeouts: { request: "10" } }, /^edge\.timeouts\.request is "10": must be a duration/m);
    refuses({ ...own, hst: "www.example.com" }, /^edge\.hst is no known key; did you mean edge\.host\?/m);
    refuses({ ...own, tls: { secret: "httpd-tls" } }, /^edge\.host is missing: must be set with edge\.tls/m);
    refuses(
      { ...own, host: "a.example.com", previewHost: "a.example.com" },
      /must be another name than edge\.host/,
    );
    refuses(
      { gateway: { name: "shared" }, host: "a.example.com", tls: { secret: "httpd-tls" } },
      /^edge\.tls is .*: is for the Gateway that the foundation makes/m,
    );
  });

  it("takes Envoy's address with a slash at its end", () => {
    const { edge } = configOf({ edge: { ...own, envoy: ["http://10.0.0.7:9001/"] } });
    assert.deepEqual((edge as Json).envoy, ["http://10.0.0.7:9001"]);
  });

  it("has the redirect's scheme in the entrance, and the path", () => {
    const entranceOf = (edge: Json) => gateway.entrance(configOf({ edge }));
    assert.deepEqual(entranceOf(own), { scheme: "http", host: undefined, path: "/" });
    assert.deepEqual(
      entranceOf({ ...own, host: "a.example.com", tls: { secret: "httpd-tls" }, pathPrefix: "/shop" }),
      { scheme: "https", host: "a.example.com", path: "/shop" },
    );
    assert.equal(entranceOf({ gateway: { name: "shared", scheme: "https" } }).scheme, "https");
  });
});
