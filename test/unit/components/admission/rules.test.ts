import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { exactly, versionNames } from "../../../../src/components/admission/cel.ts";
import { allowedNames } from "../../../../src/components/admission/object-rules.ts";
import { type DeployerPoliciesArgs, policyParts } from "../../../../src/components/admission/policies.ts";
import { foundationConfig } from "../../../../src/routers/config.ts";
import { gateway } from "../../../../src/routers/gateway/index.ts";
import { replicas } from "../../../../src/routers/replicas/index.ts";
import type { Router } from "../../../../src/routers/router.ts";
import { FRONTEND_RULE, TLS_1_3_ONLY, testerRule } from "../../../../src/routers/voyager/forms.ts";
import { voyager } from "../../../../src/routers/voyager/index.ts";
import { committedStage } from "../../../support/program/stages.ts";

type Json = Record<string, unknown>;

function argsOf(name: string, router: Router, more: Json = {}): DeployerPoliciesArgs {
  const config = foundationConfig({ ...committedStage("foundation"), router: name, ...more });
  return {
    app: config.app,
    versions: [],
    namespace: config.namespace,
    selector: router.selector(config.app.name),
    edge: router.admission(config),
    edgePods: router.network(config).pods,
  };
}

const podRulesOf = (more: Json = {}): string =>
  JSON.stringify(policyParts(argsOf("voyager", voyager, more)).find(({ suffix }) => suffix === "pods"));

describe("policies for the deployer", () => {
  it("are for the objects of each router", () => {
    const parts = ([name, router]: [string, Router]) =>
      policyParts(argsOf(name, router)).map((one) => one.suffix);
    const common = ["names", "pods", "services", "secrets"];
    assert.deepEqual(parts(["voyager", voyager]), [...common, "ingresses"]);
    assert.deepEqual(parts(["replicas", replicas]), common);
    const googles = ["httproutes", "horizontalpodautoscalers", "healthcheckpolicies", "gcpbackendpolicies"];
    assert.deepEqual(parts(["gateway", gateway]), [...common, ...googles]);
  });

  it("take the names of versions' objects, and none that only looks like one", () => {
    const { app, ...args } = argsOf("voyager", voyager);
    const { secrets = "", configmaps = "" } = allowedNames({ ...args, app: app.name, port: app.port });
    for (const name of ["httpd-new-0123456789", "httpd-previous-abcdef0123", "httpd-before-0123456789"]) {
      assert.match(name, new RegExp(secrets));
      assert.match(name, new RegExp(configmaps));
    }
    for (const name of ["httpd-tls", "xhttpd-new-0123456789", "httpd-new-0123456789x", "httpd-release"])
      assert.doesNotMatch(name, new RegExp(secrets));
    assert.match("httpd-release", new RegExp(configmaps));
  });

  it("take a name for what it is, whatever stands in it", () => {
    assert.match("a.b", new RegExp(exactly("a.b")));
    assert.doesNotMatch("axb", new RegExp(exactly("a.b")));
    assert.match("a.b-0123456789", new RegExp(versionNames(["a.b"])));
    assert.doesNotMatch("axb-0123456789", new RegExp(versionNames(["a.b"])));
  });

  it("hold pods to the restricted standard, unless the application has asked for baseline", () => {
    assert.match(podRulesOf(), /restricted Pod Security Standard/);
    const { app } = committedStage("foundation") as { app: Json };
    const podSecurity = { standard: "baseline", reason: "the image starts as root" };
    assert.doesNotMatch(podRulesOf({ app: { ...app, podSecurity } }), /restricted Pod Security Standard/);
  });

  it("let HAProxy have the lines that the Ingress is made of, and no others", () => {
    const lines = [
      "option forwardfor",
      TLS_1_3_ONLY,
      testerRule("req.hdr(X-Canary)", "yes", undefined),
      testerRule("req.cook(beta)", "1", "www.example.com"),
    ];
    for (const line of lines) assert.match(line, new RegExp(FRONTEND_RULE));
    const others = [
      "use_backend other if { req.hdr(X-Canary) -m str yes }",
      "use_backend preview if { req.hdr(X-Canary) -m str yes }\nhttp-request lua.run",
      `${testerRule("req.hdr(a)", "b", undefined)} or TRUE`,
      "http-request set-header X-User admin",
      "option forwardfor except 10.0.0.0/8",
    ];
    for (const line of others) assert.doesNotMatch(line, new RegExp(FRONTEND_RULE));
  });

  it("are plain about what a configuration may change", () => {
    const parts = policyParts(argsOf("voyager", voyager));
    const rules = parts.flatMap(({ rules: own }) => own);
    const fixed = rules.filter(({ isFixed }) => isFixed).map(({ says }) => says);
    assert.ok(fixed.includes("has external addresses or an external name"));
    assert.ok(!fixed.some((text) => text.includes("app does not name")));
  });
});
