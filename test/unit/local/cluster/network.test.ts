import assert from "node:assert/strict";
import fc from "fast-check";
import {
  freeSubnets,
  type HostNetworks,
  hostAddresses,
  networkPlan,
  overlap,
  parseNetwork,
} from "../../../../local/cluster/network.ts";

const NOTHING: HostNetworks = { routes: [], addresses: [] };

function network(text: string) {
  const parsed = parseNetwork(text);
  assert.ok(parsed, text);
  return parsed;
}

describe("network of the local cluster", () => {
  it("prefers the subnet that it is asked for and goes round from there", () => {
    const free = freeSubnets(NOTHING, 5);
    assert.deepEqual(free.slice(0, 2), [105, 106]);
    assert.equal(free.length, 140);
    assert.equal(free.at(-1), 104);
  });

  it("takes any number as a preference", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (preferred) => {
        const [first = 0] = freeSubnets(NOTHING, preferred);
        assert.ok(first >= 100 && first <= 239);
      }),
    );
  });

  it("leaves out a subnet that a route leads into, or out of", () => {
    for (const dst of ["10.105.0.0/16", "10.105.7.0/24", "10.105.0.1", "10.104.0.0/14"]) {
      assert.ok(!freeSubnets({ ...NOTHING, routes: [{ dst }] }, 5).includes(105), dst);
    }
  });

  it("leaves out a subnet that an address of the machine is in", () => {
    const addresses = [{ addr_info: [{ local: "10.105.0.9", prefixlen: 24 }] }];
    assert.equal(freeSubnets({ ...NOTHING, addresses }, 5)[0], 106);
  });

  it("is not put off by a default route, a company's 10.0.0.0/8, or IPv6", () => {
    const routes = [{ dst: "default" }, { dst: "10.0.0.0/8" }, { dst: "fd00::/64" }, {}];
    const addresses = [{ addr_info: [{ local: "fe80::1", prefixlen: 64 }, { prefixlen: 32 }] }];
    assert.equal(freeSubnets({ routes, addresses }, 5)[0], 105);
  });

  it("says when nothing is free", () => {
    const routes = Array.from({ length: 256 }, (_, subnet) => ({ dst: `10.${subnet}.0.0/16` }));
    assert.deepEqual(freeSubnets({ ...NOTHING, routes }, 0), []);
  });

  it("divides the /16 into parts that are in it and apart from each other", () => {
    const plan = networkPlan(123);
    const parts = [
      `${plan.hostAddress}/${plan.linkBits}`,
      plan.podCidr,
      plan.loadBalancerCidr,
      plan.serviceCidr,
    ].map(network);
    for (const [index, part] of parts.entries()) {
      assert.ok(overlap(part, network(plan.cidr)));
      for (const other of parts.slice(index + 1)) assert.ok(!overlap(part, other));
    }
    assert.ok(overlap(network(plan.nodeAddress), network(`${plan.hostAddress}/${plan.linkBits}`)));
    assert.ok(overlap(network(plan.apiServiceAddress), network(plan.serviceCidr)));
    assert.ok(plan.link.length <= 15, "the kernel's limit of a link's name");
  });

  it("reads networks, and nothing else", () => {
    assert.deepEqual(parseNetwork("10.1.2.3/16"), { address: 0x0a010000, bits: 16 });
    assert.deepEqual(parseNetwork("255.255.255.255"), { address: 0xffffffff, bits: 32 });
    for (const text of ["default", "", "::1/128", "10.1.2"]) assert.equal(parseNetwork(text), undefined);
  });

  it("counts the addresses of a network without its first and last", () => {
    assert.deepEqual(hostAddresses("10.1.2.0/30"), ["10.1.2.1", "10.1.2.2"]);
    assert.equal(hostAddresses("10.1.2.0/24").length, 254);
  });
});
