import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { scrapedPods } from "../../../../local/edge/scraped-pods.ts";

const slice = (service: string, port: number, ...endpoints: readonly object[]) => ({
  metadata: { name: service, namespace: "shop" },
  addressType: "IPv4",
  ports: [{ name: "", port }],
  endpoints,
});
const endpoint = (pod: string, address: string, ready = true) => ({
  addresses: [address],
  targetRef: { kind: "Pod", name: pod },
  conditions: { ready },
});
const pod = (name: string, annotations: Readonly<Record<string, string>>) => ({
  metadata: { name, namespace: "shop", annotations },
});

/** Only what is looked at. */
const objectsOf = (slices: readonly object[], pods: readonly { metadata: { name: string } }[]) =>
  ({
    endpointSlices: new Map(slices.map((one, index) => [`shop/${index}`, one])),
    pods: new Map(pods.map((one) => [`shop/${one.metadata.name}`, one])),
    services: new Map(),
    secrets: new Map(),
  }) as unknown as Parameters<typeof scrapedPods>[0];

describe("pods that Prometheus scrapes", () => {
  const ask = { "prometheus.io/scrape": "true" };

  it("are the ready ones that ask for it, at their Service's port or at their own", () => {
    const slices = [
      slice(
        "web",
        5000,
        endpoint("b", "10.0.0.2"),
        endpoint("a", "10.0.0.1"),
        endpoint("c", "10.0.0.3", false),
      ),
      slice("db", 5432, endpoint("d", "10.0.0.4")),
    ];
    const pods = [
      pod("a", ask),
      pod("b", { ...ask, "prometheus.io/port": "9100" }),
      pod("c", ask),
      pod("d", {}),
    ];
    assert.deepEqual(scrapedPods(objectsOf(slices, pods)), [
      { targets: ["10.0.0.1:5000"], labels: { namespace: "shop", pod: "a" } },
      { targets: ["10.0.0.2:9100"], labels: { namespace: "shop", pod: "b" } },
    ]);
  });

  it("are each there once, behind however many Services", () => {
    const slices = [
      slice("web", 5000, endpoint("a", "10.0.0.1")),
      slice("new", 5000, endpoint("a", "10.0.0.1")),
    ];
    assert.equal(scrapedPods(objectsOf(slices, [pod("a", ask)])).length, 1);
  });
});
