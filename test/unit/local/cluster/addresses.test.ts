import assert from "node:assert/strict";
import { addressOf, nextAddress, wantsAddress } from "../../../../local/cluster/addresses.ts";

const given = { status: { loadBalancer: { ingress: [{ ip: "10.9.2.1" }] } } };

describe("load balancer addresses", () => {
  it("are wanted by Services of type LoadBalancer that have none and are nobody else's", () => {
    assert.equal(wantsAddress({ spec: { type: "LoadBalancer" } }), true);
    assert.equal(wantsAddress({ spec: { type: "LoadBalancer" }, status: { loadBalancer: {} } }), true);
    assert.equal(wantsAddress({ spec: { type: "LoadBalancer" }, ...given }), false);
    assert.equal(wantsAddress({ spec: { type: "LoadBalancer", loadBalancerClass: "other" } }), false);
    assert.equal(wantsAddress({ spec: { type: "ClusterIP" } }), false);
    assert.equal(wantsAddress({}), false);
  });

  it("are the first that is not taken", () => {
    assert.equal(nextAddress("10.9.2.0/24", []), "10.9.2.1");
    assert.equal(nextAddress("10.9.2.0/24", [addressOf(given), undefined, "10.9.2.3"]), "10.9.2.2");
  });

  it("run out", () => {
    assert.equal(nextAddress("10.9.2.0/30", ["10.9.2.1", "10.9.2.2"]), undefined);
  });
});
