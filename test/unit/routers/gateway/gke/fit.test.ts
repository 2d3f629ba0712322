import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { stageConfig } from "../../../../../src/routers/config.ts";
import { gateway } from "../../../../../src/routers/gateway/index.ts";
import { APP, GLOBAL, gkeGatewayStage } from "../../../../support/program/gateway-gke-stages.ts";

type Json = Record<string, unknown>;

const planOf = (changed: Json) => gateway.plan(stageConfig(gkeGatewayStage("canary-25", changed).config));
const refuses = (changed: Json, message: RegExp) =>
  assert.throws(() => planOf(changed), { name: "UserError", message });

describe("what does not fit to Google's load balancers is refused:", () => {
  it("an edge that they cannot do", () => {
    refuses({ edge: { envoy: ["http://127.0.0.1:9001"] } }, /^edge\.envoy is .*: must be left out/m);
    refuses({ edge: { propagationSeconds: 35 } }, /^edge\.propagationSeconds is 35: must be at least 36/m);
    refuses(
      { edge: { testers: { cookie: { name: "beta", value: "1" } } } },
      /^edge\.testers\.cookie is .*: use testers\.header/m,
    );
    refuses({ edge: { timeouts: { request: "1500ms" } } }, /^edge\.timeouts\.request is .*whole seconds/m);
    planOf({ edge: { propagationSeconds: 36, timeouts: { request: "2000ms" } } });
  });

  it("none of that with another class", () => {
    const app = { ...APP, drainSeconds: 1 };
    const edge = {
      gateway: { class: "contour" },
      envoy: ["http://127.0.0.1:9001"],
      propagationSeconds: 0,
      testers: { cookie: { name: "beta", value: "1" } },
      timeouts: { request: "1500ms" },
    };
    planOf({ app, edge });
  });

  it("a certificate map anywhere but at the global class", () => {
    const tls = { certificateMap: "shop" };
    const host = "www.example.com";
    refuses({ edge: { host, tls } }, new RegExp(`^edge\\.tls\\.certificateMap is .*${GLOBAL} alone`, "m"));
    refuses({ edge: { host, tls, gateway: { class: "contour" } } }, /^edge\.tls\.certificateMap is /m);
    const edge = { host, gateway: { class: GLOBAL } };
    planOf({ edge: { ...edge, tls } });
    refuses({ edge: { ...edge, tls: {} } }, /^edge\.tls\.secret is missing: must be set, or certificateMap/m);
    refuses(
      { edge: { ...edge, tls: { ...tls, secret: "www" } } },
      /^edge\.tls\.secret is "www": .*not both/m,
    );
  });

  it("pods that leave before they have followed, of either version", () => {
    refuses(
      { app: { ...APP, drainSeconds: 35 } },
      /^app\.drainSeconds of 2\.4\.18 is 35, and edge\.gateway\.class/,
    );
    planOf({ app: { ...APP, drainSeconds: 36 } });
    refuses({ versions: { "2.4.20": { drainSeconds: 15 } } }, /^app\.drainSeconds of 2\.4\.20 is 15/);
  });

  it("two versions that answer different health checks", () => {
    refuses(
      { versions: { "2.4.20": { probePath: "/ready" } } },
      /^Google's load balancer would ask 2\.4\.18 and 2\.4\.20 different questions: .*"\/".* and .*"\/ready"/,
    );
    planOf({ versions: { "2.4.20": { env: { LOG_LEVEL: "debug" } } } });
  });
});
