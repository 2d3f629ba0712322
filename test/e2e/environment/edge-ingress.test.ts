import assert from "node:assert/strict";
import { request } from "node:http";
import { get } from "node:https";
import { generate } from "selfsigned";
import { type Edge, findIngressEdge } from "../../../local/edge/edge.ts";
import { readServers } from "../../../src/routers/voyager/applied-share.ts";
import { until } from "../../support/until.ts";
import { ask, EdgeWorld, untilWeights } from "../support/edge-world.ts";

const toWeb = { service: { name: "web", port: { number: 80 } } };
const toCanary = { service: { name: "canary", port: { number: 80 } } };

const previewSpec = {
  defaultBackend: toWeb,
  frontendRules: [{ port: 80, rules: ["use_backend preview if { req.hdr(x-canary) -m found }"] }],
  rules: [{ host: "preview.example.com", http: { paths: [{ backend: { ...toCanary, name: "preview" } }] } }],
};

describe("what Ingresses ask of the local edge", function () {
  this.timeout(30_000);
  let world: EdgeWorld;
  let edge: Edge;

  before(async () => {
    world = new EdgeWorld();
    edge = await world.start();
  });

  beforeEach(async () => {
    world.reset();
    await untilWeights(edge, { old: 75, new: 25 });
  });

  after(() => world.stop());

  const untilPreview = async (weight: number) => {
    const servers = async () =>
      (await readServers(edge.statsUrl)).filter(({ backend }) => backend === "preview");
    const applied = async () => (await servers()).some((server) => server.weight === weight);
    await until(applied, { timeoutMs: 2000 });
  };

  it("leads a preview host and a header to the canary alone", async () => {
    world.ingress("web", previewSpec);
    await untilPreview(25);
    assert.deepEqual(await ask(edge.url, 20, { "x-canary": "1" }), { "version new": 20 });
    assert.deepEqual(await ask(edge.url, 20), { "version new": 5, "version old": 15 });
    assert.equal((await plain(edge.url, "preview.example.com:80")).body, "version new");
  });

  it("answers 503 at the preview host of pods of weight 0: the weight is the pod's, in every backend", async () => {
    world.ingress("web", previewSpec);
    world.weight("new", "0");
    await untilPreview(0);
    assert.equal((await plain(edge.url, "preview.example.com")).status, 503);
    assert.deepEqual(await ask(edge.url, 20), { "version old": 20 });
  });

  it("serves a host by HTTPS with the certificate of its Secret, and redirects to it", async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "shop.example.com" }]);
    world.secret("certificate", cert, key);
    world.ingress("web", {
      defaultBackend: toWeb,
      tls: [{ hosts: ["shop.example.com"], secretName: "certificate" }],
      rules: [{ host: "shop.example.com", http: { paths: [{ path: "/", backend: toCanary }] } }],
    });
    const headers = { host: "shop.example.com" };
    const secure = () => httpsBody(edge.httpsUrl, headers.host, cert).catch(() => undefined);
    assert.equal(await until(secure, { timeoutMs: 2000 }), "version new");
    const { status, location } = await plain(`${edge.url}/a?b=c`, headers.host);
    assert.equal(status, 308);
    assert.equal(location, `https://shop.example.com:${new URL(edge.httpsUrl).port}/a?b=c`);
  });

  it("gives a second Ingress an address of its own, and answers 503 where an Ingress is gone", async () => {
    world.ingress("only-canary", { defaultBackend: toCanary });
    const second = await until(
      () => findIngressEdge(world.stateDir, { namespace: "shop", name: "only-canary" }),
      { timeoutMs: 2000 },
    );
    assert.notEqual(second.url, edge.url);
    await untilWeights(second, { new: 25 });
    assert.deepEqual(await ask(second.url, 4), { "version new": 4 });
    world.delete("ingresses", "web");
    await until(async () => (await ask(edge.url))["503"], { timeoutMs: 2000 });
    assert.deepEqual(await ask(second.url, 4), { "version new": 4 });
    world.delete("ingresses", "only-canary");
    await until(
      () =>
        ask(second.url).then(
          () => false,
          () => true,
        ),
      { timeoutMs: 5000 },
    );
  });
});

/** `fetch` sends no Host header of one's own. */
function plain(url: string, host: string): Promise<{ status: number; location: string; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host, connection: "close" } }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        body += chunk;
      });
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? "", body }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

function httpsBody(url: string, host: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host }, servername: host, ca, agent: false }, (answer) => {
      answer.setEncoding("utf8");
      answer.on("data", resolve);
      answer.on("error", reject);
    }).on("error", reject);
  });
}
