import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { StackState, StateResource } from "../../../src/engine/stacks.ts";
import { transferState } from "../../../src/engine/state-transfer.ts";
import {
  EMPTY,
  FOUNDATION,
  INGRESS,
  KUBERNETES_PROVIDER,
  LATER,
  mentioned,
  NAMESPACE,
  named,
  resource,
  resourcesOf,
  stateOf,
  urn,
} from "./state-transfer-states.ts";

/** A founding stack on GKE: its edge stands on the reserved address and on Voyager, which no other stack has. */
function onGke(): StackState {
  const stack = "canary-25";
  const child = (parent: string, type: string, name: string, more: Partial<StateResource>) =>
    resource(stack, type, name, { ...more, urn: urn(stack, `${parent}$${type}`, name), id: name });
  const [gke, voyager, edge] = ["GkeCluster", "Voyager", "VoyagerEdge"].map(
    (one) => `canary-stages:index:${one}`,
  );
  assert.ok(gke && voyager && edge);
  const administrator = child(gke, KUBERNETES_PROVIDER, "cluster-administrator", {
    parent: urn(stack, gke, "cluster"),
  });
  const address = child(gke, "gcp:compute/address:Address", "cluster-edge", {
    parent: urn(stack, gke, "cluster"),
  });
  const release = child(voyager, "kubernetes:helm.sh/v3:Release", "voyager", {
    parent: urn(stack, voyager, "voyager"),
    provider: `${administrator.urn}::cluster-administrator`,
  });
  const deployer = resource(stack, KUBERNETES_PROVIDER, "deployer", {
    id: "founding-id",
    dependencies: [NAMESPACE, administrator.urn],
  });
  const ofEdge = { parent: urn(stack, edge, "httpd-service"), provider: `${deployer.urn}::founding-id` };
  const service = child(edge, "kubernetes:core/v1:Service", "httpd-service", {
    ...ofEdge,
    dependencies: [NAMESPACE, release.urn],
    propertyDependencies: { metadata: [NAMESPACE], spec: [] },
  });
  const ingress = child(edge, INGRESS, "httpd-service-ingress", {
    ...ofEdge,
    dependencies: [NAMESPACE, address.urn, release.urn, service.urn],
    propertyDependencies: { metadata: [NAMESPACE], spec: [address.urn] },
  });
  return stateOf(stack, [
    resource(stack, gke, "cluster"),
    administrator,
    address,
    resource(stack, voyager, "voyager"),
    release,
    ...FOUNDATION,
    deployer,
    resource(stack, edge, "httpd-service", { dependencies: [release.urn] }),
    service,
    ingress,
  ]);
}

describe("transferring a state from a founding stack on GKE", () => {
  for (const [target, state] of Object.entries({ "a new stack": EMPTY, "an applied one": LATER })) {
    describe(`to ${target}`, () => {
      const transferred = transferState(onGke(), state, "canary-75");

      it("takes the edge, and neither the reserved address nor Voyager", () => {
        const types = resourcesOf(transferred).map(({ type }) => type);
        assert.ok(types.includes(INGRESS));
        assert.deepEqual(
          types.filter((type) => /gcp|helm|Gke|:Voyager$|Tenancy|Namespace/.test(type)),
          [],
        );
      });

      it("drops what depends on them, and keeps what the edge depends on itself", () => {
        const service = named(transferred, "kubernetes:core/v1:Service");
        assert.deepEqual(service.dependencies, []);
        assert.deepEqual(service.propertyDependencies, { metadata: [], spec: [] });
        const ingress = named(transferred, INGRESS);
        assert.deepEqual(ingress.dependencies, [service.urn]);
        assert.deepEqual(ingress.propertyDependencies, { metadata: [], spec: [] });
        assert.deepEqual(named(transferred, "canary-stages:index:VoyagerEdge").dependencies, []);
      });

      it("speaks of no resource that is not there", () => {
        const known = new Set(resourcesOf(transferred).map((one) => one.urn));
        for (const text of mentioned(transferred)) {
          assert.ok(known.has(text) || known.has(text.slice(0, text.lastIndexOf("::"))), text);
        }
      });
    });
  }
});
