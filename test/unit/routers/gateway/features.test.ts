import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { ApiError } from "../../../../src/cluster/api.ts";
import { foundationConfig } from "../../../../src/routers/config.ts";
import { routers } from "../../../../src/routers/index.ts";
import { FakeApi } from "../../../support/fakes.ts";
import { gatewayStage } from "../../../support/program/gateway-stages.ts";

const API = "/apis/gateway.networking.k8s.io/v1";
const CLASS = `${API}/gatewayclasses/contour`;
const SHARED = `${API}/namespaces/infra/gateways/shared`;
const EXISTING = { gateway: { name: "shared", namespace: "infra" } };
const OWN = { gateway: { class: "contour" } };

let api: FakeApi;
beforeEach(() => {
  api = new FakeApi();
});

const check = async (edge: object): Promise<void> =>
  routers.gateway.checkFoundation?.(api, foundationConfig(gatewayStage("foundation", {}, { edge }).config));
const classIs = (status: object) => api.put(CLASS, { metadata: { name: "contour" }, status });

describe("the foundation's look at the Gateway's class", () => {
  it("takes a class that says nothing, or that says that it can do it all", async () => {
    classIs({});
    await check({ ...OWN, timeouts: { request: "10s" } });
    classIs({ supportedFeatures: ["HTTPRouteRequestTimeout"] });
    await check({ ...OWN, timeouts: { request: "10s" } });
    classIs({ supportedFeatures: [] });
    await check(OWN);
  });

  it("names every feature that it lacks, in a redirect as well", async () => {
    classIs({ supportedFeatures: [{ name: "HTTPRoute" }] });
    const edge = { ...OWN, timeouts: { request: "10s" }, host: "a.example.com", tls: { secret: "web-tls" } };
    await assert.rejects(check(edge), {
      name: "UserError",
      message:
        "edge.timeouts.request needs HTTPRouteRequestTimeout, which GatewayClass contour does not support\nedge.tls.redirect needs HTTPRouteSchemeRedirect, which GatewayClass contour does not support",
    });
    const tls = { secret: "web-tls", redirect: false };
    await check({ ...OWN, host: "a.example.com", tls });
    await assert.rejects(
      check({ ...OWN, host: "a.example.com", tls: { ...tls, hsts: { maxAgeSeconds: 60 } } }),
      {
        message:
          /^edge\.tls\.hsts needs HTTPRouteResponseHeaderModification, which GatewayClass contour does not/,
      },
    );
  });

  it("says what the controller says of a class that it does not take", async () => {
    const refused = {
      type: "Accepted",
      status: "False",
      reason: "InvalidParameters",
      message: "no such params",
    };
    classIs({ conditions: [refused] });
    await assert.rejects(check(OWN), {
      message: "GatewayClass contour: Accepted is False, InvalidParameters: no such params",
    });
    classIs({ conditions: [{ ...refused, status: "Unknown" }] });
    await check(OWN);
  });

  it("finds the class of an existing Gateway, which has to be there", async () => {
    await assert.rejects(check(EXISTING), { message: "Gateway infra/shared does not exist" });
    api.put(SHARED, { metadata: { name: "shared" }, spec: { gatewayClassName: "contour", listeners: [] } });
    await assert.rejects(check(EXISTING), /"contour", and the cluster has no such GatewayClass; it has none/);
    classIs({});
    await check(EXISTING);
  });

  it("is left out where the foundation may not look, and fails where the cluster does", async () => {
    const failWith = (status: number) => {
      api.onRequest = () => {
        throw new ApiError(status, "no");
      };
    };
    failWith(403);
    await check(OWN);
    await check(EXISTING);
    failWith(500);
    await assert.rejects(check(OWN), ApiError);
  });
});
