import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { holdsSameObjects, transferState } from "../../../src/engine/state-transfer.ts";
import {
  application,
  DEPLOYMENT,
  EMPTY,
  FOUNDATION,
  FOUNDING,
  KUBERNETES_PROVIDER,
  LATER,
  mentioned,
  named,
  resourcesOf,
  stateOf,
  TRACK,
  urn,
} from "./state-transfer-states.ts";

describe("transferring a state to a stage that was never applied", () => {
  const transferred = transferState(FOUNDING, EMPTY, "canary-75");

  it("takes the application, its components and its provider, and nothing of the tenancy", () => {
    assert.deepEqual(
      resourcesOf(transferred).map((one) => one.urn),
      [
        urn("canary-75", "pulumi:pulumi:Stack", "canary-stages-canary-75"),
        urn("canary-75", KUBERNETES_PROVIDER, "deployer"),
        urn("canary-75", TRACK, "httpd-new"),
        urn("canary-75", `${TRACK}$${DEPLOYMENT}`, "httpd-new"),
      ],
    );
  });

  it("speaks of no resource that is not there, and of no other stack", () => {
    const known = new Set(resourcesOf(transferred).map((one) => one.urn));
    for (const text of mentioned(transferred)) {
      assert.ok(known.has(text) || known.has(text.slice(0, text.lastIndexOf("::"))), text);
    }
  });

  it("keeps each object's identity and its place under its component", () => {
    const deployment = named(transferred, DEPLOYMENT);
    assert.equal(deployment.id, "httpdcanary/httpd-new");
    assert.equal(deployment.parent, urn("canary-75", TRACK, "httpd-new"));
    assert.equal(deployment.provider, `${urn("canary-75", KUBERNETES_PROVIDER, "deployer")}::founding-id`);
    assert.deepEqual(deployment.propertyDependencies, { metadata: [], spec: [] });
  });

  it("leaves the other stage's outputs, and the target's own secrets provider", () => {
    assert.equal(named(transferred, "pulumi:pulumi:Stack").outputs, undefined);
    assert.deepEqual(transferred.deployment.secrets_providers, { type: "canary-75" });
  });

  it("gives what the engine wants: a manifest", () => {
    assert.deepEqual(transferred.deployment.manifest, { time: "canary-25" });
  });
});

describe("transferring a state back to the founding stack", () => {
  const transferred = transferState(LATER, FOUNDING, "canary-25");

  it("keeps the cluster and the tenancy, and each resource once", () => {
    const urns = resourcesOf(transferred).map((one) => one.urn);
    assert.equal(new Set(urns).size, urns.length);
    for (const own of FOUNDATION) assert.ok(urns.includes(own.urn), own.urn);
  });

  it("puts the objects under the founding stack's own provider", () => {
    assert.equal(
      named(transferred, DEPLOYMENT).provider,
      `${urn("canary-25", KUBERNETES_PROVIDER, "deployer")}::founding-id`,
    );
  });

  it("keeps the founding stack's outputs: among them the deployer's kubeconfig", () => {
    assert.deepEqual(named(transferred, "pulumi:pulumi:Stack").outputs, { stage: "canary-25" });
  });
});

describe("transferring a state twice", () => {
  it("changes nothing the second time", () => {
    const once = transferState(FOUNDING, EMPTY, "canary-75");
    assert.deepEqual(transferState(FOUNDING, once, "canary-75"), once);
  });
});

describe("two states", () => {
  it("hold the same objects whatever stack and order they are of", () => {
    assert.equal(holdsSameObjects(FOUNDING, LATER), true);
    const reversed = stateOf("canary-75", [...application("canary-75", "later-id")].reverse());
    assert.equal(holdsSameObjects(LATER, reversed), true);
  });

  it("do not when one has an object more, or another one", () => {
    assert.equal(holdsSameObjects(FOUNDING, EMPTY), false);
    const renamed = resourcesOf(LATER).map((one) =>
      one.type === DEPLOYMENT ? { ...one, id: "httpdcanary/other" } : one,
    );
    assert.equal(holdsSameObjects(LATER, { ...LATER, deployment: { resources: renamed } }), false);
  });
});
