import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type NetworkArgs, networkPolicies } from "../../../src/components/network.ts";
import { foundationConfig } from "../../../src/routers/config.ts";
import { application } from "../../support/application.ts";
import { committedStage } from "../../support/program/stages.ts";

type Json = Record<string, unknown>;

const networkOf = (values: Json) =>
  foundationConfig({ ...committedStage("foundation"), network: values }).network;

const specsOf = (values: Json, more: Partial<NetworkArgs> = {}): Readonly<Record<string, Json>> => {
  const policies = networkPolicies({
    app: application(),
    namespace: "shop",
    selector: { app: "shop" },
    network: networkOf(values),
    edge: {},
    ownsNamespace: true,
    ...more,
  });
  return Object.fromEntries(
    Object.entries(policies).map(([name, { spec }]) => [name, spec as unknown as Json]),
  );
};

const SERVED = [{ protocol: "TCP", port: 8080 }];
const DNS = {
  to: [
    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
    { ipBlock: { cidr: "169.254.0.0/16" } },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

describe("policies of the network", () => {
  it("shut all that they do not name, and let out to DNS alone", () => {
    const policies = specsOf({});
    assert.deepEqual(Object.keys(policies), ["", "egress", "hooks", "default"]);
    assert.deepEqual(policies.default, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    assert.deepEqual(policies.egress?.egress, [DNS]);
    assert.deepEqual(policies.hooks, {
      podSelector: { matchLabels: { "canary-stages/app": "shop" } },
      policyTypes: ["Ingress", "Egress"],
      egress: [DNS],
    });
  });

  it("let the edge in at the served port, from where the router knows it to be, else from everywhere", () => {
    assert.deepEqual(specsOf({})[""]?.ingress, [{ ports: SERVED }]);
    const edge = { from: [{ pods: {} }], pods: { origin: "voyager" } };
    const policies = specsOf({}, { edge });
    assert.deepEqual(policies[""]?.ingress, [{ from: [{ podSelector: {} }], ports: SERVED }]);
    assert.deepEqual(policies.default?.podSelector, {
      matchExpressions: [{ key: "origin", operator: "NotIn", values: ["voyager"] }],
    });
  });

  it("go by the configuration where that says more", () => {
    const policies = specsOf(
      {
        edge: [{ namespace: "projectcontour" }],
        ingress: [{ namespace: "monitoring", pods: { app: "prometheus" }, ports: [9090] }],
        egress: [{ cidr: "10.20.0.0/16", ports: [5432, { port: 514, protocol: "UDP" }] }],
      },
      { edge: { from: [{ cidr: "0.0.0.0/0" }], ports: [8081] } },
    );
    const named = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
    assert.deepEqual(policies[""]?.ingress, [
      {
        from: [{ namespaceSelector: named("projectcontour") }],
        ports: [...SERVED, { protocol: "TCP", port: 8081 }],
      },
      {
        from: [
          { namespaceSelector: named("monitoring"), podSelector: { matchLabels: { app: "prometheus" } } },
        ],
        ports: [{ port: 9090, protocol: "TCP" }],
      },
    ]);
    assert.deepEqual(policies.egress?.egress, [
      DNS,
      {
        to: [{ ipBlock: { cidr: "10.20.0.0/16" } }],
        ports: [
          { port: 5432, protocol: "TCP" },
          { port: 514, protocol: "UDP" },
        ],
      },
    ]);
  });

  it("leave other pods of a namespace alone that was there before", () => {
    assert.deepEqual(Object.keys(specsOf({}, { ownsNamespace: false })), ["", "egress", "hooks"]);
  });

  it("are refused for an end that is none, with what it may be", () => {
    const refuses = (values: Json, message: RegExp) =>
      assert.throws(() => networkOf(values), { name: "UserError", message });
    refuses({ egress: [{ ports: [1] }] }, /network\.egress\[0\].*must be \{cidr: NETWORK\}/);
    refuses({ egress: [{ cidr: "10.0.0.0/8", namespace: "a", ports: [1] }] }, /must be \{cidr: NETWORK\}/);
    refuses({ egress: [{ cidr: "10.0.0.0/8" }] }, /network\.egress\[0\]\.ports is missing/);
    refuses({ egres: [] }, /network\.egres is no known key; did you mean network\.egress\?/);
  });
});
