import assert from "node:assert/strict";
import { serversOf } from "../../../../local/edge/servers.ts";
import { endpoint, objects, pod, service, slice } from "./objects.ts";

const web = service("web", [{ port: 80 }]);
const port = { port: 80 };

function addressesOf(...endpoints: Parameters<typeof slice>[1]): string[] {
  const names = new Set(endpoints.flatMap(({ targetRef }) => targetRef?.name ?? []));
  const world = objects({ pods: [...names].map((name) => pod(name)), slices: [slice("web", endpoints)] });
  return serversOf(world, web, port).map(({ address }) => address);
}

describe("serversOf", () => {
  it("takes only addresses that are ready and not terminating; a missing condition means ready", () => {
    const found = addressesOf(
      endpoint("a", "10.1.0.1", {}),
      endpoint("b", "10.1.0.2", { ready: true, terminating: false }),
      endpoint("c", "10.1.0.3", { ready: false }),
      endpoint("d", "10.1.0.4", { ready: false, terminating: true }),
      endpoint("e", "10.1.0.5", { ready: true, terminating: true }),
    );
    assert.deepEqual(found, ["10.1.0.1", "10.1.0.2"]);
  });

  it("leaves out an address whose pod is not known, and keeps one that is no pod's", () => {
    const world = objects({
      slices: [slice("web", [endpoint("gone", "10.1.0.1"), { addresses: ["10.1.0.9"] }])],
    });
    assert.deepEqual(
      serversOf(world, web, port).map(({ name, weight }) => [name, weight]),
      [["pod-10.1.0.9", undefined]],
    );
  });

  it("adds the slices of a Service up and takes an address in two of them once", () => {
    const both = [slice("web", [endpoint("a", "10.1.0.1")]), slice("web", [endpoint("b", "10.1.0.2")])];
    const again = { ...slice("web", [endpoint("a", "10.1.0.1")]) };
    again.metadata = { ...again.metadata, name: "web-again" };
    const others = slice("other", [endpoint("x", "10.1.0.3")]);
    const pods = ["a", "b", "x"].map((name) => pod(name));
    const found = serversOf(objects({ pods, slices: [...both, again, others] }), web, port);
    assert.deepEqual(
      found.map(({ name }) => name),
      ["pod-a", "pod-b"],
    );
  });

  it("takes the target port of the Service's port by its name", () => {
    const ports = [
      { port: 9090, name: "metrics" },
      { port: 8080, name: "http" },
    ];
    const world = objects({ pods: [pod("a")], slices: [slice("web", [endpoint("a", "10.1.0.1")], ports)] });
    assert.equal(serversOf(world, web, { port: 80, name: "http" })[0]?.port, 8080);
    assert.deepEqual(serversOf(world, web, { port: 80, name: "none" }), []);
  });

  it("keeps to the host names asked for", () => {
    const named = { ...endpoint("a", "10.1.0.1"), hostname: "Web-0" };
    const world = objects({
      pods: [pod("a"), pod("b")],
      slices: [slice("web", [named, endpoint("b", "10.1.0.2")])],
    });
    assert.deepEqual(
      serversOf(world, web, port, ["web-0"]).map(({ name }) => name),
      ["pod-a"],
    );
  });

  it("checks a server only when its Service says so, at the port that it says", () => {
    const world = objects({ pods: [pod("a")], slices: [slice("web", [endpoint("a", "10.1.0.1")])] });
    const check = (annotations: Record<string, string>) =>
      serversOf(world, service("web", [port], annotations), port)[0]?.check;
    assert.equal(check({}), undefined);
    assert.equal(check({ check: "yes" }), undefined);
    assert.equal(check({ check: "true" }), true);
    assert.equal(check({ check: "true", "check-port": "8081" }), 8081);
  });
});
