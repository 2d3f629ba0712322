import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { ApiError } from "../../../../src/cluster/api.ts";
import { untilFollowed } from "../../../../src/routers/gateway/followed.ts";
import { untilKnown } from "../../../../src/routers/gateway/known.ts";
import { type EnvoyState, envoyWith } from "../../../support/gateway/envoy.ts";
import { ACCEPTED, condition, IMPATIENT, RouteApi, routedStage } from "../../../support/gateway/world.ts";
import type { Loopback } from "../../../support/loopback.ts";

const PREVIOUS = "10.0.0.1";
const CANARY = "10.0.0.2";
const NEW = "10.0.0.3";

let api: RouteApi;
const servers: Loopback[] = [];
const warned: string[] = [];

beforeEach(() => {
  api = new RouteApi();
  api.pod("previous", PREVIOUS);
  api.pod("canary", CANARY);
  warned.length = 0;
});
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function envoy(changed: Partial<EnvoyState> = {}) {
  const server = await envoyWith(changed);
  servers.push(server);
  return server;
}

async function waited(stage: string, edge: object = {}) {
  const warn = (text: string) => void warned.push(text);
  return { api, warn, patience: IMPATIENT, ...(await routedStage(stage, edge)) };
}

/** Has the route of a stage in the cluster. */
async function routeIs(stage: string, conditions: readonly object[] = ACCEPTED, changed?: number) {
  const { config, plan } = await routedStage(stage);
  api.route(config, plan, conditions, changed);
}

/** Whether a wait goes on; `change` ends it. */
async function endsAfter(wait: Promise<void>, change: () => void): Promise<void> {
  let isOver = false;
  const ended = wait.then(() => {
    isOver = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.equal(isOver, false, "it did not wait");
  change();
  await ended;
}

describe("before the route gives a track more", () => {
  beforeEach(() => routeIs("canary-25"));

  it("every Envoy knows each of its pods", async () => {
    const [one, two] = [await envoy({ canary: [CANARY, NEW] }), await envoy({ canary: [CANARY] })];
    api.pod("canary", NEW);
    const wait = untilKnown(await waited("canary-75", { envoy: [one.url, two.url] }));
    await endsAfter(wait, () => {
      two.state.canary = [CANARY, NEW];
    });
  });

  it("says which pod an Envoy does not know, and that the route is as it was", async () => {
    const { url } = await envoy({ canary: [] });
    await assert.rejects(untilKnown(await waited("canary-75", { envoy: [url] })), {
      name: "UserError",
      message: `HTTPRoute shop is left as it was, because more traffic would meet errors: Envoy at ${url}: it does not know shop-canary-${CANARY}`,
    });
  });

  it("looks at the track alone that gets more", async () => {
    const { url } = await envoy({ previous: [] });
    await untilKnown(await waited("canary-75", { envoy: [url] }));
    await assert.rejects(
      untilKnown(await waited("canary-0", { envoy: [url] })),
      /does not know shop-previous/,
    );
  });

  it("has a pod that is ready, and stays", async () => {
    api.objects.clear();
    await routeIs("canary-25");
    const wait = untilKnown(await waited("canary-75"));
    await endsAfter(wait, () => api.pod("canary", CANARY));
    api.objects.clear();
    await routeIs("canary-25");
    await assert.rejects(untilKnown(await waited("canary-75")), /no pod of shop-new is ready$/m);
  });

  it("asks no Envoy while the route carries nothing: it cannot know what no route names", async () => {
    const { url } = await envoy({ previous: [], canary: [], share: undefined });
    const refused = [condition("Accepted", "False"), condition("ResolvedRefs")];
    await routeIs("canary-25", refused);
    await untilKnown(await waited("canary-75", { envoy: [url] }));
    api.objects.delete([...api.objects.keys()].find((path) => path.includes("httproutes")) ?? "");
    await untilKnown(await waited("canary-25", { envoy: [url] }));
  });

  it("goes by how long pods have been ready, where nobody can be asked", async () => {
    await untilKnown(await waited("canary-75"));
    api.pod("canary", NEW, 0.4);
    const began = performance.now();
    await untilKnown(await waited("canary-75", { propagationSeconds: 1 }));
    assert.ok(performance.now() - began > 300, "it did not wait");
  });

  it("and so where an Envoy does not answer, which it says", async () => {
    const { url, state } = await envoy({ away: true });
    await untilKnown(await waited("canary-75", { envoy: [url], propagationSeconds: 1 }));
    assert.match(warned.join(), /^Envoy's numbers at .* it is given edge\.propagationSeconds, 1 s$/);
    // One that is back in time is asked.
    warned.length = 0;
    const wait = untilKnown(await waited("canary-75", { envoy: [url], propagationSeconds: 1 }));
    state.away = false;
    await wait;
    assert.deepEqual(warned, []);
  });
});

describe("after the route has changed", () => {
  it("its controller has accepted this very generation", async () => {
    const { url } = await envoy({ share: 75 });
    const old = [condition("Accepted", "True", 1), condition("ResolvedRefs", "True", 1)];
    await routeIs("canary-75", old);
    const wait = untilFollowed(await waited("canary-75", { envoy: [url] }));
    await endsAfter(wait, () => void routeIs("canary-75"));
  });

  it("says its controller's own words where it is refused", async () => {
    const words = 'service "shop-new" not found';
    await routeIs("canary-75", [condition("Accepted"), condition("ResolvedRefs", "False", 2, words)]);
    await assert.rejects(untilFollowed(await waited("canary-75")), {
      name: "UserError",
      message: `HTTPRoute shop is not accepted at Gateway web/shop: ResolvedRefs is False, BackendNotFound: ${words}`,
    });
  });

  it("says so where no controller looks at it", async () => {
    await routeIs("canary-75", []);
    await assert.rejects(untilFollowed(await waited("canary-75")), /has not said that it is Accepted$/m);
  });

  it("does not take the first word about a new route for the last one", async () => {
    const { url } = await envoy({ share: 75 });
    await routeIs("canary-75", [condition("Accepted"), condition("ResolvedRefs", "False")]);
    const wait = untilFollowed(await waited("canary-75", { envoy: [url] }));
    await endsAfter(wait, () => void routeIs("canary-75"));
  });

  it("every Envoy gives the share", async () => {
    const [one, two] = [await envoy({ share: 75 }), await envoy({ share: 25 })];
    await routeIs("canary-75");
    const wait = untilFollowed(await waited("canary-75", { envoy: [one.url, two.url] }));
    await endsAfter(wait, () => {
      two.state.share = 75;
    });
    two.state.share = 25;
    await assert.rejects(untilFollowed(await waited("canary-75", { envoy: [one.url, two.url] })), {
      message: `HTTPRoute shop gives the canary 75 %, which is not followed: Envoy at ${two.url}: it gives the canary 25 %`,
    });
    two.state.share = undefined;
    await assert.rejects(
      untilFollowed(await waited("canary-75", { envoy: [two.url] })),
      /it has no route to the application$/m,
    );
  });

  it("a track that lost everything works on nothing any more", async () => {
    const { url, state } = await envoy({ share: 100, active: 2 });
    await routeIs("canary-100");
    const wait = untilFollowed(await waited("canary-100", { envoy: [url] }));
    await endsAfter(wait, () => {
      state.active = 0;
    });
  });

  it("waits for no request longer than a pod would", async () => {
    const { url } = await envoy({ share: 100, active: 2 });
    await routeIs("canary-100");
    const { config, ...rest } = await waited("canary-100", { envoy: [url] });
    await untilFollowed({ ...rest, config: { ...config, app: { ...config.app, drainSeconds: 0.2 } } });
  });

  it("goes by the drain of the version that lost everything, where that has one of its own", async () => {
    const { url } = await envoy({ share: 100, active: 2 });
    await routeIs("canary-100");
    const { config, ...rest } = await waited("canary-100", { envoy: [url] });
    const { app } = config;
    const versions = {
      "1.0.0": { image: "1.0.0", app: { ...app, drainSeconds: 0.2 } },
      "1.1.0": { image: "1.1.0", app: { ...app, drainSeconds: 3600 } },
    };
    await untilFollowed({ ...rest, config: { ...config, versions, app: { ...app, drainSeconds: 3600 } } });
  });

  it("leaves requests alone where both tracks have a share", async () => {
    const { url } = await envoy({ share: 75, active: 2 });
    await routeIs("canary-75");
    await untilFollowed(await waited("canary-75", { envoy: [url] }));
  });

  it("goes by how long ago it was changed, where nobody can be asked", async () => {
    await routeIs("canary-75", ACCEPTED, 0.4);
    const began = performance.now();
    await untilFollowed(await waited("canary-75", { propagationSeconds: 1 }));
    assert.ok(performance.now() - began > 300, "it did not wait");
    await routeIs("canary-75", ACCEPTED, 60);
    await untilFollowed(await waited("canary-75", { propagationSeconds: 40 }));
  });

  it("asks an API server again that is away for a moment", async () => {
    await routeIs("canary-75");
    const { url } = await envoy({ share: 75 });
    const wait = await waited("canary-75", { envoy: [url] });
    let failures = 3;
    api.onRequest = () => {
      if (failures-- > 0) throw new ApiError(500, "etcd is away");
    };
    await untilFollowed(wait);
    assert.ok(failures < 0);
  });
});
