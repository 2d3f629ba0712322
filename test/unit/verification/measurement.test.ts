import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, it } from "mocha";
import { judge, type Measurement, measure } from "../../../src/verification/measurement.ts";
import { probe, type Target, versionIn } from "../../../src/verification/probe.ts";
import { type Loopback, listenOnLoopback } from "../../support/loopback.ts";

const VERSIONS = ["2.4.18", "2.4.20"];
const servers: Loopback[] = [];

/** A server on this machine, as the target of requests. */
async function target(listener: RequestListener, more: Partial<Target> = {}): Promise<Target> {
  const server = await listenOnLoopback(createServer(listener));
  servers.push(server);
  return { url: `${server.url}/`, rule: {}, versions: VERSIONS, ...more };
}

/** Answers every n-th request with the canary's version. */
function everyNth(n: number): RequestListener {
  let count = 0;
  return (_request, response) => {
    count++;
    response.end(`<h1>httpd ${count % n === 0 ? "2.4.20" : "2.4.18"}</h1>`);
  };
}

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

describe("probe", () => {
  it("finds the version in the page", async () => {
    assert.deepEqual(await probe(await target(everyNth(1))), { version: "2.4.20" });
  });

  it("finds it in a header, and asks for the host that it is told", async () => {
    const listener: RequestListener = ({ headers }, response) => {
      response.setHeader("X-Version", headers.host === "www.example.com" ? "v2.4.20" : "v2.4.18");
      response.end("2.4.18");
    };
    const rule = { header: "x-version", pattern: /^v(.*)$/ };
    assert.deepEqual(await probe(await target(listener, { rule, host: "www.example.com" })), {
      version: "2.4.20",
    });
  });

  it("takes a new connection for each request", async () => {
    const connections = new Set<unknown>();
    const to = await target(({ socket }, response) => {
      connections.add(socket);
      response.end("2.4.18");
    });
    for (let request = 0; request < 3; request++) await probe(to);
    assert.equal(connections.size, 3);
  });

  it("tells why there is no version", async () => {
    const failing = await target((_request, response) => response.writeHead(503).end("2.4.18"));
    assert.deepEqual(await probe(failing), { failure: "status 503" });
    const other = await target((_request, response) => response.end("hello"));
    assert.deepEqual(await probe(other), { failure: "an answer of no known version" });
    const cut = await target(({ socket }) => socket.destroy());
    assert.deepEqual(await probe(cut), { failure: "socket hang up" });
    const half = await target((_request, response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("2.4.18");
      setImmediate(() => response.destroy());
    });
    assert.deepEqual(await probe(half), { failure: "aborted" });
  });
});

describe("versionIn", () => {
  it("is the longest that occurs: 2.4.2 is part of 2.4.20", () => {
    assert.equal(versionIn("httpd 2.4.20", { rule: {}, versions: ["2.4.2", "2.4.20"] }), "2.4.20");
    assert.equal(versionIn("httpd 2.4.2", { rule: {}, versions: ["2.4.2", "2.4.20"] }), "2.4.2");
  });

  it("is none that is not known", () => {
    assert.equal(versionIn("v9", { rule: { pattern: /v(.*)/ }, versions: VERSIONS }), undefined);
  });
});

describe("measure", () => {
  it("sends exactly as many requests as it is told, and counts who answers", async () => {
    let progress = 0;
    const to = await target(everyNth(4));
    const result = await measure(to, { requests: 100, onProgress: (done) => (progress = done) });
    assert.deepEqual(result, {
      requests: 100,
      failed: 0,
      failures: {},
      byVersion: { "2.4.18": 75, "2.4.20": 25 },
    });
    assert.equal(progress, 100);
  });

  it("repeats no request: a failed one is counted", async () => {
    let count = 0;
    const to = await target((_request, response) => {
      count++;
      response.writeHead(count % 10 === 0 ? 503 : 200).end("2.4.18");
    });
    const result = await measure(to, { requests: 50 });
    assert.equal(count, 50);
    assert.deepEqual([result.failed, result.failures], [5, { "status 503": 5 }]);
  });

  it("ends as soon as the share is known well enough", async () => {
    const result = await measure(await target(everyNth(4)), { requests: 100_000, precision: 7 });
    assert.ok(result.requests >= 200 && result.requests < 400, `${result.requests}`);
  });

  it("ends when it is told to", async () => {
    const stop = new AbortController();
    const onProgress = (done: number) => done >= 20 && stop.abort();
    const result = await measure(await target(everyNth(2)), {
      requests: 100_000,
      signal: stop.signal,
      onProgress,
    });
    assert.ok(result.requests < 40, `${result.requests}`);
  });
});

describe("judge", () => {
  const measured = (previous: number, canary: number, failed = 0): Measurement => ({
    requests: previous + canary + failed,
    failed,
    failures: {},
    byVersion: { "2.4.18": previous, "2.4.20": canary },
  });

  it("takes what fits the share", () => {
    assert.deepEqual(judge(measured(3010, 990), "2.4.20", 25), { measured: 24.75, fits: true });
  });

  it("refuses a share that is five points off", () => {
    assert.deepEqual(judge(measured(2800, 1200), "2.4.20", 25), { measured: 30, fits: false });
  });

  it("tolerates no failed request", () => {
    assert.deepEqual(judge(measured(3000, 1000, 1), "2.4.20", 25), { measured: 25, fits: false });
  });

  it("finds a version that does not answer at all", () => {
    const nobody = { requests: 10, failed: 10, failures: { "status 503": 10 }, byVersion: {} };
    assert.deepEqual(judge(nobody, "2.4.20", 25), { measured: 0, fits: false });
    assert.deepEqual(judge({ ...measured(4000, 0), byVersion: { "2.4.18": 4000 } }, "2.4.20", 0), {
      measured: 0,
      fits: true,
    });
  });
});
