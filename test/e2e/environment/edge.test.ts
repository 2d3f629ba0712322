import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { generate } from "selfsigned";
import { type Edge, findIngressEdge, stopEdge } from "../../../local/edge/edge.ts";
import { HAPROXY } from "../../../local/edge/haproxy.ts";
import { edgeDirectory, readRecord } from "../../../local/edge/record.ts";
import { findProcess, kill } from "../../../local/process/processes.ts";
import { until } from "../../../local/process/until.ts";
import { UserError } from "../../../src/errors.ts";
import { readServers } from "../../../src/routers/voyager/applied-share.ts";
import { ask, EdgeWorld, untilWeights } from "../support/edge-world.ts";

const toWeb = { service: { name: "web", port: { number: 80 } } };
const toCanary = { service: { name: "canary", port: { number: 80 } } };

const previewSpec = {
  defaultBackend: toWeb,
  frontendRules: [{ port: 80, rules: ["use_backend preview if { req.hdr(x-canary) -m found }"] }],
  rules: [{ host: "preview.example.com", http: { paths: [{ backend: { ...toCanary, name: "preview" } }] } }],
};

/** What a process in the ledger of the edge is asked for by its name. */
function processOf(directory: string, name: string) {
  const entry = findProcess(directory, name);
  assert.ok(entry, `${name} does not run`);
  return entry;
}

describe("the local edge with real HAProxy", function () {
  this.timeout(30_000);
  let world: EdgeWorld;
  let edge: Edge;

  before(async () => {
    await execa(HAPROXY, ["-v"]).catch(() => {
      throw new Error(`these tests need ${HAPROXY}: apt-get install --no-install-recommends haproxy`);
    });
    world = new EdgeWorld();
    edge = await world.start();
  });

  beforeEach(async () => {
    world.reset();
    assert.notEqual(await untilWeights(edge, { old: 75, new: 25 }), undefined);
  });

  afterEach(() => world.endLoad());
  after(() => world.stop());

  const untilPreview = async (weight: number) => {
    const servers = async () =>
      (await readServers(edge.statsUrl)).filter(({ backend }) => backend === "preview");
    const applied = async () => (await servers()).some((server) => server.weight === weight);
    assert.ok(await until(applied, { timeoutMs: 2000 }));
  };

  it("splits 2,000 requests 75 : 25, within the binomial bound at 99.9 %", async () => {
    const { "version new": canary = 0, ...rest } = await ask(edge.url, 2000);
    assert.deepEqual(Object.keys(rest), ["version old"]);
    const bound = 3.29 * Math.sqrt(2000 * 0.25 * 0.75);
    assert.ok(Math.abs(canary - 500) <= bound, `${canary} of 2,000`);
  });

  it("gives no request to weight 0, and applies a weight and a removal in well under a second", async () => {
    world.weight("new", "0");
    const weighted = await untilWeights(edge, { old: 75, new: 0 });
    assert.deepEqual(await ask(edge.url, 100), { "version old": 100 });
    world.delete("endpointSlices", "web-old");
    const removed = await untilWeights(edge, { new: 0 });
    assert.ok((weighted ?? Infinity) < 800 && (removed ?? Infinity) < 800, `${weighted} ms, ${removed} ms`);
  });

  it("drops nothing while it reloads ten times a second under 500 new connections a second", async () => {
    const load = await world.load({
      newConnectionsPerSecond: 500,
      keepAliveConnections: 64,
      keepAliveRequestsPerSecond: 200,
    });
    let reload = 0;
    const timer = setInterval(() => world.weight("old", String(50 + (reload++ % 20))), 100);
    await until(() => reload >= 40, { timeoutMs: 20_000 });
    clearInterval(timer);
    const summary = await load.stop();
    assert.deepEqual(summary.failures, []);
    assert.ok(summary.rate > 600, `${summary.rate} requests a second`);
    assert.deepEqual(Object.keys(summary.byVersion).sort(), ["new", "old"]);
  });

  it("keeps its configuration when the next one is invalid, and goes on with a valid one after that", async () => {
    world.weight("new", "300");
    const aside = () => readdirSync(world.haproxyFile("")).includes("haproxy.rejected.cfg");
    assert.ok(await until(aside, { timeoutMs: 2000 }));
    assert.deepEqual(Object.keys(await ask(edge.url, 8)).sort(), ["version new", "version old"]);
    assert.notEqual(await untilWeights(edge, { old: 75, new: 25 }), undefined);
    assert.match(
      readFileSync(join(edgeDirectory(world.stateDir), "edge.log"), "utf8"),
      /HAProxy rejects .*:\n.*weight of server/s,
    );
    world.weight("new", "30");
    assert.notEqual(await untilWeights(edge, { old: 75, new: 30 }), undefined);
  });

  it("starts HAProxy again when it is killed", async () => {
    const directory = edgeDirectory(world.stateDir);
    const before = processOf(directory, "haproxy-127.0.0.1");
    await kill(before);
    assert.notEqual(await untilWeights(edge, { old: 75, new: 25 }), undefined);
    assert.notEqual(processOf(directory, "haproxy-127.0.0.1").pid, before.pid);
  });

  it("serves on without its process, and is taken over by the next without a lost request", async () => {
    const load = await world.load({ newConnectionsPerSecond: 200 });
    const haproxy = processOf(edgeDirectory(world.stateDir), "haproxy-127.0.0.1");
    await kill(processOf(world.stateDir, "edge"));
    world.weight("new", "50");
    assert.deepEqual(await world.startEdge(), edge);
    assert.notEqual(await untilWeights(edge, { old: 75, new: 50 }), undefined);
    assert.equal(processOf(edgeDirectory(world.stateDir), "haproxy-127.0.0.1").pid, haproxy.pid);
    const summary = await load.stop();
    assert.deepEqual(summary.failures, []);
  });

  it("keeps its configuration while the API server is away, and catches up", async () => {
    await world.api.stop();
    world.weight("new", "60");
    assert.deepEqual(await ask(edge.url, 4), { "version new": 1, "version old": 3 });
    await world.api.start();
    const caughtUp = await until(() => untilWeights(edge, { old: 75, new: 60 }), { timeoutMs: 8000 });
    assert.ok(caughtUp);
  });

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
    assert.ok(second);
    assert.notEqual(second.url, edge.url);
    assert.notEqual(await untilWeights(second, { new: 25 }), undefined);
    assert.deepEqual(await ask(second.url, 4), { "version new": 4 });
    world.delete("ingresses", "web");
    assert.ok(await until(async () => (await ask(edge.url))["503"], { timeoutMs: 2000 }));
    assert.deepEqual(await ask(second.url, 4), { "version new": 4 });
    world.delete("ingresses", "only-canary");
    assert.ok(
      await until(
        () =>
          ask(second.url).then(
            () => false,
            () => true,
          ),
        { timeoutMs: 5000 },
      ),
    );
  });
});

describe("the start of a local edge", function () {
  this.timeout(30_000);
  const world = new EdgeWorld();
  after(() => world.stop());

  it("ends at once with HAProxy's own words when HAProxy rejects the first configuration", async () => {
    const started = performance.now();
    await assert.rejects(
      world.start(() => world.weight("new", "300")),
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /^The local edge did not start\. It said:\n/);
        const [, ...words] = error.message.split("HAProxy rejects");
        assert.equal(words.length, 1);
        assert.match(words[0] ?? "", /haproxy\.rejected\.cfg:\n.*weight of server pod-new is not within/s);
        return true;
      },
    );
    assert.ok(performance.now() - started < 10_000);
    assert.equal(findProcess(world.stateDir, "edge"), undefined);
  });

  it("keeps its sockets in a folder that goes with it, wherever the state folder is", async () => {
    world.reset();
    await world.startEdge();
    const [folder = "", ...others] = socketFolders();
    assert.deepEqual(others, []);
    assert.ok(join(folder, "127.0.0.254", "master.sock").length < 90);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(join(folder, "127.0.0.1")).sort(), ["master.sock", "stats.sock"]);
    await stopEdge(world.stateDir);
    assert.deepEqual(socketFolders(), []);
  });

  /** Of this world's edge. */
  function socketFolders(): string[] {
    const { sockets } = readRecord(world.stateDir) ?? {};
    return sockets !== undefined && existsSync(sockets) ? [sockets] : [];
  }
});

describe("the golden configurations", () => {
  it("are valid to HAProxy", async () => {
    const golden = fileURLToPath(new URL("../../unit/local/edge/golden", import.meta.url));
    const folder = mkdtempSync(join(tmpdir(), "golden-"));
    const { cert, private: key } = await generate([{ name: "commonName", value: "x" }]);
    const files = readdirSync(golden);
    assert.ok(files.length >= 3);
    for (const name of files) {
      const config = readFileSync(join(golden, name), "utf8").replaceAll(
        /\/(?:edge|sockets)\/127\.0\.0\.1/g,
        folder,
      );
      for (const [pem] of config.matchAll(/(?<=crt )\S+/g)) writeFileSync(pem, `${cert}\n${key}`);
      const file = join(folder, name);
      writeFileSync(file, config);
      await execa(HAPROXY, ["-c", "-f", file]);
    }
    rmSync(folder, { recursive: true });
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
