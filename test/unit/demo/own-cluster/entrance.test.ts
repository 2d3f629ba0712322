import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entrance, openEntrance } from "../../../../demo/own-cluster/entrance.ts";
import type { RoutePatience } from "../../../../demo/own-cluster/routes.ts";
import { type Loopback, listenOnLoopback } from "../../../support/loopback.ts";
import { type FakeCluster, kubeconfig, serve } from "../../../support/program/cluster.ts";

const SERVICE = "/api/v1/namespaces/walk/services/httpd";

describe("the entrance to an application on somebody's own cluster", () => {
  let folder = "";
  let cluster: FakeCluster;
  let entrance: Entrance;
  let balancer: Loopback | undefined;
  let asked: { url: string; authorization: string | undefined; host: string | undefined }[] = [];
  let said: string[] = [];
  let proxied: RequestListener;
  let addresses: object[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "entrance-"));
    asked = [];
    said = [];
    addresses = [];
    proxied = (_request, response) => response.end("through the API server");
    cluster = await serve((request, response) => {
      const { authorization, host } = request.headers;
      asked.push({ url: request.url ?? "", authorization, host });
      if (request.url?.startsWith(`${SERVICE}:`)) return proxied(request, response);
      response.end(JSON.stringify({ status: { loadBalancer: { ingress: addresses } } }));
    });
    const file = join(folder, "kubeconfig");
    writeFileSync(file, kubeconfig(cluster));
    const context = JSON.parse(kubeconfig(cluster))["current-context"];
    await open(file, context);
  });

  afterEach(async () => {
    await entrance.close();
    await balancer?.close();
    balancer = undefined;
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  async function open(file: string, context: string, port = 80, patience?: RoutePatience): Promise<void> {
    entrance = await openEntrance(
      { context, kubeconfig: file },
      { namespace: "walk", name: "httpd", port },
      (text) => said.push(text),
      patience,
    );
  }

  /** One request as clients of the walk send it: on a connection of its own. */
  async function get(path = "/"): Promise<[status: number, body: string]> {
    const response = await fetch(`${entrance.url}${path}`, {
      headers: { connection: "close", authorization: "Basic a-client" },
    });
    return [response.status, await response.text()];
  }

  it("is at loopback", () => {
    assert.match(entrance.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("answers 503 as long as the application does not answer, and looks again", async () => {
    proxied = (_request, response) => response.writeHead(503).end("no endpoints available");
    assert.deepEqual(await get(), [503, "the application does not answer yet\n"]);
    assert.deepEqual(said, []);
    proxied = (_request, response) => response.end("now it does");
    assert.deepEqual(await get(), [200, "now it does"]);
  });

  it("goes through the API server's proxy, as who the kubeconfig says, where there is no load balancer", async () => {
    assert.deepEqual(await get("/page?a=b"), [200, "through the API server"]);
    const last = asked.at(-1);
    assert.equal(last?.url, `${SERVICE}:80/proxy/page?a=b`);
    assert.equal(last?.authorization, "Bearer secret-token");
    assert.equal(last?.host, new URL(cluster.url).host);
    assert.deepEqual(said, [
      "the API server's proxy of Service httpd, which has no load balancer that answers",
    ]);
  });

  it("keeps the way that it has found, and says it once", async () => {
    await Promise.all([get(), get(), get()]);
    await get();
    assert.equal(said.length, 1);
    assert.equal(asked.filter(({ url }) => url === SERVICE).length, 1);
  });

  it("goes to the load balancer's address where that answers", async () => {
    balancer = await listenOnLoopback(
      createServer((request, response) => response.end(`directly ${request.url}`)),
    );
    addresses = [{ ip: "127.0.0.1" }];
    await entrance.close();
    const context = JSON.parse(kubeconfig(cluster))["current-context"];
    await open(join(folder, "kubeconfig"), context, balancer.port);
    assert.deepEqual(await get("/page"), [200, "directly /page"]);
    assert.deepEqual(said, ["the load balancer of Service httpd, 127.0.0.1"]);
  });

  it("goes through the API server when nobody answers at the load balancer's address", async () => {
    addresses = [{ ip: "127.0.0.1" }];
    await entrance.close();
    const context = JSON.parse(kubeconfig(cluster))["current-context"];
    await open(join(folder, "kubeconfig"), context, 1, { balancerAnswersMs: 100 });
    assert.deepEqual(await get(), [200, "through the API server"]);
  });

  it("hides no failure: what breaks behind it is a 502, and another status is passed on", async () => {
    await get();
    proxied = (_request, response) => response.writeHead(500).end("the application failed");
    assert.deepEqual(await get(), [500, "the application failed"]);
    proxied = (request) => request.socket.destroy();
    assert.equal((await get())[0], 502);
  });
});
