import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { EDGE, gatewayStage } from "../../support/program/gateway-stages.ts";
import { refusalOf, runStage } from "../../support/program/mocks.ts";
import { objectOf } from "../../support/program/replicas-stages.ts";

type Json = Record<string, unknown>;

const VOYAGER = { router: "voyager", edge: { host: "www.example.com" } };
const foundation = (former: Json, changed: Json = {}) =>
  gatewayStage("foundation", {}, { former, ...changed });

/** Whom an application comes from that changes its router. */
describe("a former router", function () {
  this.timeout(30_000);

  const rulesOf = (run: Awaited<ReturnType<typeof runStage>>) =>
    (objectOf(run, "Role", "httpdcanary-deployer").inputs as { rules: Json[] }).rules;

  it("keeps what the foundation has for it, and the deployer may look at its objects, and change none", async () => {
    const cluster = { kind: "kubeconfig", context: "test", voyager: {} };
    const setting = foundation(VOYAGER, { cluster, voyagerLicense: undefined });
    const run = await runStage(setting);
    assert.ok(rulesOf(run).some(({ resources }) => String(resources) === "httproutes"));
    assert.deepEqual(
      rulesOf(run).filter(({ resources }) => String(resources) === "ingresses"),
      [{ apiGroups: ["voyager.appscode.com"], resources: ["ingresses"], verbs: ["get", "list", "watch"] }],
    );
    const types = run.resources.map(({ type }) => type);
    assert.ok(types.includes("canary-stages:index:Voyager"), types.join(" "));
    assert.ok(types.includes("canary-stages:index:OwnGateway"), types.join(" "));
    const { metadata } = objectOf(run, "Namespace", "httpdcanary").inputs as { metadata: { labels: Json } };
    assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "baseline");
  });

  it("is nothing to a stage, which declares its own router's objects alone", async () => {
    const run = await runStage(gatewayStage("canary-25", {}, { former: VOYAGER }));
    const kinds = run.resources.map(({ type }) => type.split(":").at(-1));
    assert.ok(kinds.includes("HTTPRoute") && !kinds.includes("Ingress"));
  });

  it("is refused where nothing can come from it", async () => {
    const refuses = async (setting: ReturnType<typeof foundation>, message: RegExp) =>
      assert.match(await refusalOf(setting), message);
    await refuses(
      foundation({ router: "gateway", edge: EDGE }),
      /^former\.router is gateway, as router is\n/,
    );
    await refuses(
      foundation({ router: "replicas", edge: {} }),
      /^former\.router is replicas, whose Deployments are others than those of gateway\n/,
    );
    await refuses(foundation({ router: "istio" }), /^former\.router is "istio"/m);
    await refuses(
      foundation({ router: "voyager", edge: { hst: "www.example.com" } }),
      /^former\.edge\.hst is no known key; did you mean former\.edge\.host\?/m,
    );
    const tls = { secret: "web-tls", issuer: { name: "letsencrypt" } };
    const edge = { host: "www.example.com", tls };
    await refuses(
      foundation({ router: "voyager", edge }, { edge: { ...EDGE, ...edge } }),
      /^former\.edge\.tls\.secret is web-tls, as edge\.tls\.secret is/,
    );
  });
});
