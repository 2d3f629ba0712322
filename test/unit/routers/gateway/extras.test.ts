import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  EDGE,
  GATEWAY_INSTALLED,
  gatewayStage,
  runGatewayStages,
} from "../../../support/program/gateway-stages.ts";
import { refusalOf, runStage, type StageRun } from "../../../support/program/mocks.ts";
import { objectOf } from "../../../support/program/replicas-stages.ts";

type Json = Record<string, unknown>;

const WAITING = { traffic: { previous: 100, canary: 0 }, replicas: { previous: 1, canary: 1 } };

describe("mirrored requests", function () {
  this.timeout(30_000);

  const filtersOf = (run: StageRun): unknown => {
    const { rules } = objectOf(run, "HTTPRoute", "httpd").inputs.spec as { rules: Json[] };
    return rules.at(-1)?.filters;
  };
  const edge = { ...EDGE, mirror: true };

  it("go to a canary that waits: with pods, and without a share", async () => {
    assert.deepEqual(filtersOf(await runStage(gatewayStage("canary-25", {}, { edge, ...WAITING }))), [
      {
        type: "RequestMirror",
        requestMirror: { backendRef: { group: "", kind: "Service", name: "httpd-new", port: 80 } },
      },
    ]);
  });

  it("go nowhere where it has a share, or no pods, or where nobody asks for them", async () => {
    assert.equal(filtersOf(await runGatewayStages(["canary-25"], { edge })), undefined);
    assert.equal(filtersOf(await runGatewayStages(["canary-25", "canary-0"], { edge })), undefined);
    assert.equal(filtersOf(await runStage(gatewayStage("canary-25", {}, WAITING))), undefined);
  });
});

describe("a certificate of cert-manager's", function () {
  this.timeout(30_000);

  const tls = { secret: "web-tls", issuer: { name: "letsencrypt" } };
  const edge = { ...EDGE, host: "www.example.com", previewHost: "preview.example.com", tls };
  const installed = { ...GATEWAY_INSTALLED, "/apis/cert-manager.io/v1": { kind: "APIResourceList" } };

  it("is asked for by the foundation, for every host, into the Secret that the Gateway serves from", async () => {
    const run = await runStage(gatewayStage("foundation", installed, { edge }));
    const { spec } = objectOf(run, "Certificate", "web-tls").inputs as { spec: Json };
    assert.deepEqual(
      [spec.secretName, spec.dnsNames, spec.issuerRef],
      [
        "web-tls",
        ["www.example.com", "preview.example.com"],
        { group: "cert-manager.io", kind: "ClusterIssuer", name: "letsencrypt" },
      ],
    );
    const { listeners } = objectOf(run, "Gateway", "httpd").inputs.spec as { listeners: Json[] };
    assert.deepEqual(listeners.at(-1)?.tls, {
      mode: "Terminate",
      certificateRefs: [{ group: "", kind: "Secret", name: "web-tls" }],
    });
  });

  it("is refused where there is no cert-manager, and without a Secret to fill", async () => {
    assert.match(
      await refusalOf(gatewayStage("foundation", {}, { edge })),
      /does not serve cert-manager\.io\/v1\nInstall cert-manager and its issuer/,
    );
    const map = { ...edge, gateway: { class: "gke-l7-global-external-managed" }, envoy: undefined };
    assert.match(
      await refusalOf(
        gatewayStage("foundation", installed, {
          edge: { ...map, tls: { certificateMap: "web", issuer: tls.issuer } },
        }),
      ),
      /^edge\.tls\.issuer is .*: fills a Secret: name it in edge\.tls\.secret$/m,
    );
  });
});
