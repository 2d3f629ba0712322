import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { stageConfig } from "../../../src/routers/config.ts";
import { type Registered, runStage, type StageRun } from "../../support/program/mocks.ts";
import { committedStage, VOYAGER_INSTALLED } from "../../support/program/stages.ts";

type Json = Record<string, unknown>;

const WEIGHT = "ingress.appscode.com/backend-weight";
const PREVIEW = { previewHost: "preview.example.com" };
const WAITING = { traffic: { previous: 100, canary: 0 } };

const stage = (changed: Json) => ({
  stack: "canary-25",
  config: { ...committedStage("canary-25"), ...changed },
  cluster: VOYAGER_INSTALLED,
});

function specOf(run: StageRun, kind: string, name: string): Json {
  const found = run.resources.find(
    ({ type, inputs }: Registered) =>
      type.endsWith(`:${kind}`) && (inputs.metadata as { name?: string } | undefined)?.name === name,
  );
  assert.ok(found, `there is no ${kind} ${name}`);
  return found.inputs.spec as Json;
}

interface PodMetadata {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

const podsOf = (run: StageRun, deployment: string): PodMetadata =>
  (specOf(run, "Deployment", deployment) as { template: { metadata: PodMetadata } }).template.metadata;

const weightOf = (run: StageRun, deployment: string) => podsOf(run, deployment).annotations[WEIGHT];

const backend = (name: string) => ({
  service: { name, port: { number: 80 } },
  backendRules: ["retries 3", "option redispatch 1"],
});
const preview = { name: "preview", ...backend("httpd-preview") };
const rule = (host: string, to: object) => ({ host, http: { paths: [{ path: "/", backend: to }] } });

describe("the Voyager router's preview entrance", function () {
  this.timeout(20_000);

  it("is not there unless it is asked for", async () => {
    const run = await runStage(stage({}));
    assert.deepEqual(specOf(run, "Ingress", "httpd-ingress"), { defaultBackend: backend("httpd-service") });
    assert.equal(run.resources.filter(({ type }) => type.endsWith(":Service")).length, 1);
    assert.deepEqual(specOf(run, "Service", "httpd-service").selector, { app: "httpd" });
  });

  it("is a host of its own that leads to the canary's pods alone", async () => {
    const run = await runStage(stage({ edge: PREVIEW }));
    assert.deepEqual(specOf(run, "Ingress", "httpd-ingress"), {
      defaultBackend: backend("httpd-service"),
      rules: [rule("preview.example.com", preview)],
    });
    assert.deepEqual(specOf(run, "Service", "httpd-preview").selector, { app: "httpd", track: "canary" });
    assert.equal(podsOf(run, "httpd-new").labels.serving, "true");
  });

  it("shows a canary without traffic: weighed, and left out of the Service", async () => {
    const run = await runStage(stage({ edge: PREVIEW, ...WAITING }));
    assert.equal(weightOf(run, "httpd-new"), "1");
    assert.equal(podsOf(run, "httpd-new").labels.serving, "false");
    assert.equal(weightOf(run, "httpd-previous"), "100");
    assert.equal(podsOf(run, "httpd-previous").labels.serving, "true");
    assert.deepEqual(run.outputs.effective, { previous: 100, canary: 0 });
  });

  it("leaves a canary without traffic at weight 0 where nobody is to see it", async () => {
    const run = await runStage(stage(WAITING));
    assert.equal(weightOf(run, "httpd-new"), "0");
    assert.equal(podsOf(run, "httpd-new").labels.serving, "true");
  });

  it("has the same Services in every stage: what a stage adds, another one would not take away", async () => {
    const split = await runStage(stage({ edge: PREVIEW }));
    const waiting = await runStage(stage({ edge: PREVIEW, ...WAITING }));
    for (const run of [split, waiting]) {
      const { selector } = specOf(run, "Service", "httpd-service");
      assert.deepEqual(selector, { app: "httpd", serving: "true" });
    }
    assert.deepEqual(specOf(waiting, "Service", "httpd-preview"), specOf(split, "Service", "httpd-preview"));
  });

  it("is served with the certificate, which covers both hosts", async () => {
    const tls = { secret: "httpd-tls", issuer: { name: "letsencrypt" } };
    const cluster = { ...VOYAGER_INSTALLED, "/apis/cert-manager.io/v1": { kind: "APIResourceList" } };
    const run = await runStage({
      ...stage({ edge: { ...PREVIEW, host: "www.example.com", tls } }),
      cluster,
    });
    const hosts = ["www.example.com", "preview.example.com"];
    assert.deepEqual(specOf(run, "Ingress", "httpd-ingress"), {
      rules: [rule("www.example.com", backend("httpd-service")), rule("preview.example.com", preview)],
      tls: [{ hosts, secretName: "httpd-tls" }],
    });
    const edge = { ...PREVIEW, host: "www.example.com", tls };
    const foundation = await runStage({
      stack: "foundation",
      config: { ...committedStage("foundation"), edge },
      cluster,
    });
    assert.deepEqual(specOf(foundation, "Certificate", "httpd-tls").dnsNames, hosts);
  });

  it("leads testers to the canary by a header or by a cookie, at the one host, and by HTTPS alone where there is a certificate", async () => {
    const header = { ...PREVIEW, testers: { header: { name: "X-Canary", value: "yes" } } };
    const byHeader = await runStage(stage({ edge: header }));
    assert.deepEqual(specOf(byHeader, "Ingress", "httpd-ingress").frontendRules, [
      { port: 80, rules: ["option forwardfor", "use_backend preview if { req.hdr(X-Canary) -m str yes }"] },
    ]);
    const tls = { secret: "httpd-tls" };
    const cookie = {
      ...PREVIEW,
      host: "www.example.com",
      tls,
      testers: { cookie: { name: "beta", value: "1" } },
    };
    const byCookie = await runStage(stage({ edge: cookie }));
    const use =
      "use_backend preview if { req.cook(beta) -m str 1 } { req.hdr(host),field(1,:) -i -m str www.example.com }";
    assert.deepEqual(specOf(byCookie, "Ingress", "httpd-ingress").frontendRules, [
      { port: 443, rules: ["option forwardfor", use] },
    ]);
  });

  it("says how long browsers stay with HTTPS, and which TLS is too old", async () => {
    const edge = (tls: Json) => ({ host: "www.example.com", tls: { secret: "httpd-tls", ...tls } });
    const ingressOf = async (tls: Json) => {
      const run = await runStage(stage({ edge: edge(tls) }));
      const [found] = run.resources.filter(({ type }) => type.endsWith(":Ingress"));
      assert.ok(found);
      const { metadata, spec } = found.inputs as { metadata: PodMetadata; spec: Json };
      const hsts = Object.entries(metadata.annotations).filter(([key]) => key.includes("/hsts"));
      return { rules: spec.frontendRules, hsts: Object.fromEntries(hsts) };
    };
    assert.deepEqual(await ingressOf({}), { rules: undefined, hsts: {} });
    assert.deepEqual((await ingressOf({ hsts: false })).hsts, { "ingress.appscode.com/hsts": "false" });
    const strict = { hsts: { maxAgeSeconds: 60 }, minimumVersion: "1.3" };
    assert.deepEqual(await ingressOf(strict), {
      rules: [
        {
          port: 443,
          rules: [
            "option forwardfor",
            "http-request deny deny_status 426 if { ssl_fc_protocol -m str TLSv1.2 }",
          ],
        },
      ],
      hsts: {
        "ingress.appscode.com/hsts": "true",
        "ingress.appscode.com/hsts-max-age": "60",
        "ingress.appscode.com/hsts-include-subdomains": "false",
        "ingress.appscode.com/hsts-preload": "false",
      },
    });
    assert.throws(
      () =>
        stageConfig({
          ...committedStage("canary-25"),
          edge: edge({ hsts: { maxAgeSeconds: 60, preload: true } }),
        }),
      /edge\.tls\.hsts.*with preload needs includeSubdomains: true/,
    );
  });

  it("refuses what would not work, or what would be more than a rule", () => {
    const refuses = (edge: Json, message: RegExp) =>
      assert.throws(() => stageConfig({ ...committedStage("canary-25"), edge }), {
        name: "UserError",
        message,
      });
    const testers = { header: { name: "X-Canary", value: "yes" } };
    refuses({ testers }, /edge\.previewHost is missing: must be set with edge\.testers/);
    refuses({ host: "a.example.com", previewHost: "a.example.com" }, /must be another name than edge\.host/);
    refuses({ previewHost: "preview" }, /edge\.previewHost is "preview": must be a host name/);
    refuses({ previwHost: "p.example.com" }, /did you mean edge\.previewHost\?/);
    const injected = { header: { name: "X-Canary", value: "yes } || TRUE #" } };
    refuses({ ...PREVIEW, testers: injected }, /edge\.testers/);
  });
});
