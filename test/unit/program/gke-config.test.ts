import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { GkeConfig } from "../../../src/config/gke.ts";
import { nodesPerZone, regionOf } from "../../../src/config/gke.ts";
import { UserError } from "../../../src/errors.ts";
import { foundationConfig } from "../../../src/routers/config.ts";
import { GKE } from "../../support/program/gke-stages.ts";
import { committedStage } from "../../support/program/stages.ts";

const parse = (values: object) => foundationConfig({ ...committedStage("foundation"), ...values });
const gke = (values: object) => parse({ cluster: { ...GKE, ...values } }).cluster as GkeConfig;

/** The message with which a configuration is refused. */
function refusal(values: object): string {
  try {
    parse(values);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.message;
  }
  return assert.fail("the configuration was accepted");
}

describe("configuration of a GKE cluster", () => {
  it("is walkthrough B's, three nodes in europe-west3-b, where nothing is said", () => {
    const cluster = gke({});
    assert.equal(cluster.location, "europe-west3-b");
    assert.equal(nodesPerZone(cluster), 3);
    assert.equal(cluster.deletionProtection, true);
  });

  it("has a node in each zone of a region", () => {
    assert.equal(nodesPerZone(gke({ location: "europe-west3" })), 1);
    assert.equal(nodesPerZone(gke({ location: "europe-west3", nodes: { perZone: 2 } })), 2);
  });

  it("knows the region of a zone", () => {
    assert.equal(regionOf("europe-west3-b"), "europe-west3");
    assert.equal(regionOf("europe-west3"), "europe-west3");
  });

  const refused: readonly [string, object, RegExp][] = [
    ["no project", { project: undefined }, /^cluster\.project is missing/m],
    ["no endpoint", { endpoint: undefined }, /^cluster\.endpoint is missing/m],
    [
      "a place that is none",
      { location: "Frankfurt" },
      /cluster\.location is "Frankfurt": must be a zone or a region/,
    ],
    [
      "Autopilot in a zone",
      { mode: "autopilot" },
      /cluster\.location .*Autopilot cluster is always regional/,
    ],
    [
      "networks that are none",
      { endpoint: { kind: "ip", networks: [{ name: "office", range: "203.0.113.0" }] } },
      /cluster\.endpoint\.networks\[0\]\.range is "203\.0\.113\.0"/,
    ],
    [
      "nobody who may connect",
      { endpoint: { kind: "ip", networks: [] } },
      /cluster\.endpoint\.networks is \[\]/,
    ],
    [
      "too little maintenance",
      { maintenance: { days: ["SU"], hours: 4 } },
      /cluster\.maintenance .*at least 10\.5 hours of maintenance a week/,
    ],
    [
      "a pool that shrinks to grow",
      { nodes: { perZone: 3, maxPerZone: 2 } },
      /cluster\.nodes .*maxPerZone must not be less/,
    ],
    ["a key that is none", { machineType: "e2-small" }, /cluster\.machineType is no known key/],
  ];
  for (const [what, values, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.match(refusal({ cluster: { ...GKE, ...values } }), message);
    });
  }
});

describe("configuration of the edge", () => {
  it("wants a host name for a certificate", () => {
    assert.match(
      refusal({ edge: { tls: { secret: "www" } } }),
      /edge\.host is missing: must be set with edge\.tls/,
    );
  });

  it("wants quantities as Kubernetes has them, as everywhere", () => {
    const few = { cpu: "50m", memory: "32Mi" };
    const lots = { requests: few, limits: { ...few, cpu: "lots" } };
    const message = "must be a Kubernetes quantity such as 100m or 64Mi";
    assert.equal(refusal({ edge: { resources: lots } }), `edge.resources.limits.cpu is "lots": ${message}`);
    assert.equal(
      refusal({ cluster: { ...GKE, voyager: { resources: lots } } }),
      `cluster.voyager.resources.limits.cpu is "lots": ${message}`,
    );
  });

  it("refuses a host name that is none", () => {
    assert.match(refusal({ edge: { host: "https://www.example.com" } }), /edge\.host is "https:/);
  });
});

describe("secrets in the configuration", () => {
  it("are not in the message that refuses them", () => {
    const message = refusal({
      registryCredentials: { server: "registry.example.com", username: "puller", password: 12345678 },
    });
    assert.match(message, /registryCredentials\.password is not right \(a secret, not shown\)/);
    assert.doesNotMatch(message, /12345678/);
  });
});
