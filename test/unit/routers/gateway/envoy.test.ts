import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { evaluateStage } from "../../../../src/project/evaluate.ts";
import { envoy } from "../../../../src/routers/gateway/data-plane.ts";
import { viewOf } from "../../../../src/routers/gateway/envoy.ts";
import { fakeProject, type Routing } from "../../../support/fakes.ts";
import { documentsOf, type EnvoyState, envoyWith } from "../../../support/gateway/envoy.ts";
import { BY_ROUTE } from "../../../support/gateway/world.ts";
import type { Loopback } from "../../../support/loopback.ts";

const servers: Loopback[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function started(changed: Partial<EnvoyState> = {}) {
  const server = await envoyWith(changed);
  servers.push(server);
  return server;
}

const stage = async (routing: Routing = BY_ROUTE) => {
  const { plan } = await evaluateStage(fakeProject(undefined, routing), "canary-25");
  return { namespace: "web", plan };
};

describe("Envoy's numbers", () => {
  it("give the share of the route, and the requests of each pod by its track", async () => {
    const { url } = await started({ share: 25, requests: 12, failed: 2, active: 1 });
    assert.equal(await envoy.appliedShare(url, await stage()), 25);
    assert.deepEqual(await envoy.counters(url, await stage()), {
      [`${url} shop-previous 10.0.0.1`]: { track: "previous", requests: 12, failed: 2, waiting: 1 },
      [`${url} shop-new 10.0.0.2`]: { track: "canary", requests: 12, failed: 2, waiting: 1 },
    });
  });

  it("are those of the namespace and the application alone", async () => {
    for (const other of [{ namespace: "web2" }, { app: "shop-b" }, { app: "sho" }]) {
      const { url } = await started(other);
      await assert.rejects(
        envoy.counters(url, await stage()),
        /has no cluster of Service shop-previous or shop-new in namespace web/,
      );
    }
  });

  it("tell of the listener that has not followed yet", async () => {
    const served = await stage();
    const { clusters, configs } = documentsOf({ ...(await started()).state, share: 75 });
    const both = {
      configs: [...(configs.configs ?? []), ...(documentsOf((await started()).state).configs.configs ?? [])],
    };
    assert.deepEqual(viewOf(clusters, both, served).shares, [75, 25]);
  });

  it("take a route to a single cluster as everything, and none where no weight is left", async () => {
    const served = await stage();
    const { clusters } = documentsOf((await started()).state);
    const sharesOf = (route: object) =>
      viewOf(clusters, { configs: [{ route_config: { virtual_hosts: [{ routes: [{ route }] }] } }] }, served)
        .shares;
    assert.deepEqual(sharesOf({ cluster: "web/shop-new/80/da39a3ee5e" }), [100]);
    assert.deepEqual(sharesOf({ cluster: "web/shop-previous/80/da39a3ee5e" }), [0]);
    assert.deepEqual(sharesOf({ cluster: "web/shop-preview/80/da39a3ee5e" }), []);
    const zero = [
      { name: "web/shop-new/80/da39a3ee5e" },
      { name: "web/shop-previous/80/da39a3ee5e", weight: 0 },
    ];
    assert.deepEqual(sharesOf({ weighted_clusters: { clusters: zero } }), []);
    assert.deepEqual(sharesOf({}), []);
  });

  it("say why they cannot be read", async () => {
    const { url } = await started({ away: true });
    await assert.rejects(envoy.appliedShare(url, await stage()), {
      name: "UserError",
      message: new RegExp(
        `^Envoy's numbers at ${url}/(clusters|config_dump).* cannot be read: it answers 503$`,
      ),
    });
    await assert.rejects(
      envoy.appliedShare("http://127.0.0.1:1", await stage()),
      /cannot be read: .*ECONNREFUSED/,
    );
  });
});
