import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { deletableState, holdsSameObjects, transferState } from "../../../src/engine/state-transfer.ts";
import {
  DEPLOYMENT,
  EMPTY,
  KUBERNETES_PROVIDER,
  LIVE,
  mentioned,
  named,
  OTHER,
  resourcesOf,
  TRACK,
  urn,
} from "./state-transfer-states.ts";

describe("transferring a state to a stage that was never applied", () => {
  const transferred = transferState(LIVE, EMPTY, "canary-75");

  it("is a rename: the same resources, in the same order", () => {
    assert.deepEqual(
      resourcesOf(transferred).map((one) => one.urn),
      resourcesOf(OTHER).map((one) => one.urn),
    );
  });

  it("speaks of no resource that is not there, and of no other stack", () => {
    const known = new Set(resourcesOf(transferred).map((one) => one.urn));
    for (const text of mentioned(transferred)) {
      assert.ok(known.has(text) || known.has(text.slice(0, text.lastIndexOf("::"))), text);
    }
  });

  it("keeps each object's identity, its place under its component, and what it depends on", () => {
    const deployment = named(transferred, DEPLOYMENT);
    const content = urn("canary-75", `${TRACK}$kubernetes:core/v1:ConfigMap`, "httpd-new-content");
    assert.equal(deployment.id, "httpdcanary/httpd-new");
    assert.equal(deployment.parent, urn("canary-75", TRACK, "httpd-new"));
    assert.equal(deployment.provider, `${urn("canary-75", KUBERNETES_PROVIDER, "deployer")}::live-id`);
    assert.deepEqual(deployment.dependencies, [content]);
    assert.deepEqual(deployment.propertyDependencies, { metadata: [], spec: [content] });
    assert.equal(deployment.retainOnDelete, true);
  });

  it("leaves the other stage's outputs, and the target's own secrets provider", () => {
    assert.equal(named(transferred, "pulumi:pulumi:Stack").outputs, undefined);
    assert.deepEqual(transferred.deployment.secrets_providers, { type: "canary-75" });
  });

  it("gives what the engine wants: a manifest", () => {
    assert.deepEqual(transferred.deployment.manifest, { time: "canary-25" });
  });

  it("changes nothing the second time", () => {
    assert.deepEqual(transferState(LIVE, transferred, "canary-75"), transferred);
  });
});

describe("transferring a state to a stage that was applied", () => {
  it("puts the source's resources in the place of its own, under the source's provider", () => {
    const transferred = transferState(LIVE, OTHER, "canary-75");
    assert.equal(named(transferred, KUBERNETES_PROVIDER).id, "live-id");
    assert.deepEqual(transferred.deployment.manifest, { time: "canary-75" });
  });
});

describe("a state whose objects may go", () => {
  it("keeps none when its stack is destroyed, and is the same otherwise", () => {
    const { retainOnDelete, ...deployment } = named(LIVE, DEPLOYMENT);
    assert.equal(retainOnDelete, true);
    assert.deepEqual(named(deletableState(LIVE), DEPLOYMENT), deployment);
    assert.deepEqual(deletableState(EMPTY), EMPTY);
  });
});

describe("two states", () => {
  it("hold the same objects whatever stack and order they are of", () => {
    assert.equal(holdsSameObjects(LIVE, OTHER), true);
    const reversed = { ...OTHER, deployment: { resources: [...resourcesOf(OTHER)].reverse() } };
    assert.equal(holdsSameObjects(LIVE, reversed), true);
  });

  it("do not when one has an object more, or another one", () => {
    assert.equal(holdsSameObjects(LIVE, EMPTY), false);
    const renamed = resourcesOf(OTHER).map((one) =>
      one.type === DEPLOYMENT ? { ...one, id: "httpdcanary/other" } : one,
    );
    assert.equal(holdsSameObjects(OTHER, { ...OTHER, deployment: { resources: renamed } }), false);
  });
});
