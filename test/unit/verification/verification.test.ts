import assert from "node:assert/strict";
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, it } from "mocha";
import { evaluateStage } from "../../../src/project/evaluate.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import type { LiveStage } from "../../../src/verification/options.ts";
import { untilSettled } from "../../../src/verification/settling.ts";
import { verifyStage } from "../../../src/verification/verification.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { NAMESPACE, RELEASE } from "../../support/fakes.ts";
import { type Loopback, listenOnLoopback } from "../../support/loopback.ts";

const INGRESS = `/apis/voyager.appscode.com/v1/namespaces/${NAMESPACE}/ingresses/shop-ingress`;
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods/`;

let world: FakeWorld;
const servers: Loopback[] = [];

beforeEach(() => {
  world = new FakeWorld();
});
afterEach(async () => {
  await world.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function liveStage(stage: string): Promise<LiveStage> {
  const evaluated = await evaluateStage(world.project, stage);
  return { ...evaluated, release: RELEASE, intended: evaluated.plan.intended };
}

/** A server with one answer for each request, the last one for all that follow. */
async function answering(status: number, ...texts: readonly string[]): Promise<string> {
  let asked = 0;
  const answer = createServer((_request, response) => {
    response.writeHead(status).end(texts[Math.min(asked++, texts.length - 1)]);
  });
  const server = await listenOnLoopback(answer);
  servers.push(server);
  return server.url;
}

const statistics = (previous: number, canary: number): string =>
  `# pxname,svname,weight,status,type\nweb,pod-shop-previous-6f7d9-a,${previous},UP,2\nweb,pod-shop-new-6f7d9-b,${canary},UP,2\n`;

const haproxy = (previous: number, canary: number) => answering(200, statistics(previous, canary));

describe("verifyStage", () => {
  it("has the four shares, and fits when they agree", async () => {
    await world.at("canary-25");
    const options = { ...(await world.verification()), stats: await haproxy(75, 25) };
    const done: number[] = [];
    const found = await verifyStage(world.api, await liveStage("canary-25"), options, (count) =>
      done.push(count),
    );
    assert.deepEqual([found.fits, found.problems], [true, []]);
    const { measured, ...shares } = found.shares;
    assert.deepEqual(shares, { intended: 25, effective: 25, applied: 25 });
    assert.ok(Math.abs((measured ?? 0) - 25) < 2);
    assert.equal(done.at(-1), found.measurement.requests);
  });

  it("tells when HAProxy, or the pods, give another share than the stage", async () => {
    await world.at("canary-25");
    const options = { ...(await world.verification()), stats: await haproxy(50, 50) };
    const behind = await verifyStage(world.api, await liveStage("canary-25"), options);
    assert.deepEqual(behind.problems, ["canary 1.1.0 gets 50 % in HAProxy, where the pods give it 25 %"]);
    const other = await verifyStage(world.api, await liveStage("canary-75"), {
      ...options,
      stats: undefined,
    });
    assert.deepEqual(other.problems, [
      "canary 1.1.0 gets 25 % by the pods that serve, where the stage gives it 75 % (intended 75 %)",
    ]);
  });

  it("tells when requests find another share than the pods give", async () => {
    await world.at("canary-25");
    const url = await answering(200, "1.0.0");
    const options = { ...(await world.verification()), url };
    const found = await verifyStage(world.api, await liveStage("canary-25"), options);
    assert.deepEqual(found.problems, ["canary 1.1.0 was measured at 0 %, which does not fit 25 %"]);
  });

  it("counts requests that fail, and has no measured share without an answer", async () => {
    await world.at("canary-25");
    const url = await answering(503, "");
    const options = { url, requests: 10, precision: 5, rule: {} };
    const found = await verifyStage(world.api, await liveStage("canary-25"), options);
    assert.deepEqual(found.problems, ["10 requests failed: status 503"]);
    assert.equal(found.shares.measured, null);
  });

  it("says that no pod takes traffic", async () => {
    await world.at("canary-25");
    for (const path of world.api.objects.keys()) if (path.startsWith(PODS)) world.api.objects.delete(path);
    const found = await verifyStage(world.api, await liveStage("canary-25"), await world.verification());
    assert.deepEqual(found.problems, ["no pod takes traffic"]);
    assert.equal(found.shares.effective, null);
  });

  it("does not give out a measurement that was broken off", async () => {
    await world.at("canary-25");
    const signal = AbortSignal.abort(new Error("stopped"));
    const options = { ...(await world.verification()), signal };
    await assert.rejects(verifyStage(world.api, await liveStage("canary-25"), options), /stopped/);
  });

  it("refuses an address that is none", async () => {
    const options = { url: "nowhere", requests: 1, precision: 5, rule: {} };
    await assert.rejects(
      verifyStage(world.api, await liveStage("canary-25"), options),
      /--url nowhere is no address/,
    );
  });
});

describe("untilSettled", () => {
  it("waits until requests find what the pods give", async () => {
    await world.at("canary-25");
    const stage = await liveStage("canary-25");
    const options = await world.verification();
    let asked = 0;
    world.api.onRequest = (_method, path) => {
      if (!path.includes("/pods?")) return;
      asked++;
      world.share = asked === 1 ? 75 : 25;
    };
    await untilSettled(world.api, stage, options);
    assert.equal(asked, 2);
  });

  it("waits until HAProxy has the weights too, where it can be asked", async () => {
    await world.at("canary-25");
    const stage = await liveStage("canary-25");
    const stats = await answering(200, statistics(80, 20), statistics(75, 25), statistics(10, 90));
    const options = { ...(await world.verification()), stats };
    await untilSettled(world.api, stage, options);
    const third = await verifyStage(world.api, stage, options);
    assert.equal(third.shares.applied, 90);
  });

  describe("where the edge has no address yet", () => {
    const withoutUrl = async () => ({ ...(await world.verification()), url: undefined });
    const looks = (path: string) => path === INGRESS;

    it("waits for it", async () => {
      await world.at("canary-25");
      const { url } = await world.verification();
      const { hostname, port } = new URL(url ?? "");
      let looked = 0;
      world.api.onRequest = (_method, path) => {
        if (!looks(path) || ++looked < 3) return;
        const ingress = [{ ip: hostname, ports: [{ port: Number(port) }] }];
        world.api.put(INGRESS, { metadata: { name: "shop-ingress" }, status: { loadBalancer: { ingress } } });
      };
      await untilSettled(world.api, await liveStage("canary-25"), await withoutUrl());
      assert.ok(looked >= 3, `${looked} looks`);
    });

    it("gives up in the end, and at once when it is stopped", async () => {
      await world.at("canary-25");
      const stage = await liveStage("canary-25");
      const options = { ...(await withoutUrl()), addressSeconds: 0.3 };
      await assert.rejects(untilSettled(world.api, stage, options), /the edge has no address/);
      const stopped = { ...(await withoutUrl()), signal: AbortSignal.abort() };
      await assert.rejects(untilSettled(world.api, stage, stopped), /the edge has no address/);
    });
  });

  it("ends when it is stopped, long before its time is over", async () => {
    await world.at("canary-25");
    const stage = await liveStage("canary-25");
    const stopping = new AbortController();
    const options = { ...(await world.verification()), settleSeconds: 600, signal: stopping.signal };
    world.share = 90;
    let looks = 0;
    world.api.onRequest = (_method, path) => {
      if (path.includes("/deployments/shop-new") && ++looks === 2) stopping.abort();
    };
    await untilSettled(world.api, stage, options);
    assert.equal(looks, 2);
  });
});

describe("edgeUrl", () => {
  const withIngress = async (entry: object) => {
    world.api.put(INGRESS, {
      metadata: { name: "shop-ingress" },
      status: { loadBalancer: { ingress: [entry] } },
    });
    return edgeUrl(world.api, (await evaluateStage(world.project, "canary-25")).config);
  };

  it("is where the load balancer says, with a port that is not the usual one", async () => {
    assert.equal(await withIngress({ ip: "192.0.2.1" }), "http://192.0.2.1");
    assert.equal(await withIngress({ hostname: "lb.test", ports: [{ port: 80 }] }), "http://lb.test");
    assert.equal(await withIngress({ ip: "192.0.2.1", ports: [{ port: 8080 }] }), "http://192.0.2.1:8080");
  });

  it("tells an edge that is not there from one without an address yet", async () => {
    const { config } = await evaluateStage(world.project, "canary-25");
    await assert.rejects(edgeUrl(world.api, config), /shop-ingress does not exist/);
    await assert.rejects(withIngress({}), /shop-ingress has no status\.loadBalancer\.ingress/);
  });
});
