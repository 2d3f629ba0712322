import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type LoadOptions, startLoad } from "../../../../bench/load/load.ts";
import { parseRecord } from "../../../../bench/load/record.ts";
import { summarise } from "../../../../bench/load/summary.ts";
import { UserError } from "../../../../src/errors.ts";
import { listenOnLoopback } from "../../../support/loopback.ts";
import { until } from "../../../support/until.ts";

describe("startLoad", function () {
  this.timeout(20_000);
  let folder: string;
  let connections = 0;
  let close: () => Promise<void>;
  let options: LoadOptions;
  let answer: RequestListener;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "load-"));
    answer = (_, response) => response.end("version 1");
    connections = 0;
    const server = createServer((request, response) => answer(request, response));
    server.on("connection", () => connections++);
    const listening = await listenOnLoopback(server);
    close = listening.close;
    options = {
      url: `http://127.0.0.1:${listening.port}`,
      newConnectionsPerSecond: 100,
      recordFile: join(folder, "load.ndjson"),
      classify: { body: "version (\\d)" },
    };
  });

  afterEach(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  it("sends at its rate, one connection a request beside the kept ones, and records what it sums up", async () => {
    const load = await startLoad({ ...options, keepAliveConnections: 5, keepAliveRequestsPerSecond: 50 });
    const now = Date.now();
    const second = await load.between(now, now + 1000);
    assert.ok(second.requests > 100 && second.requests < 200, `${second.requests} in a second`);
    const summary = await load.stop();
    assert.equal(summary.failed, 0);
    assert.deepEqual(summary.byVersion, { "1": summary.requests });
    assert.ok(summary.kept.requests > 30);
    assert.equal(connections, summary.new.requests + 5);
    assert.deepEqual(summarise(parseRecord(readFileSync(options.recordFile, "utf8"))), summary);
  });

  it("goes on at its rate while answers are late, and counts their delay", async () => {
    let late = true;
    const waiting: (() => void)[] = [];
    answer = (_, response) => {
      if (late) waiting.push(() => response.end("version 1"));
      else response.end("version 1");
    };
    const load = await startLoad(options);
    const began = Date.now();
    await load.between(began, began + 1000);
    assert.ok(waiting.length > 80, `${waiting.length} sent while none was answered`);
    late = false;
    for (const release of waiting) release();
    const summary = await load.stop();
    assert.equal(summary.failed, 0);
    assert.ok((summary.p99 ?? 0) > 900, `p99 ${summary.p99} ms`);
  });

  it("goes on at its highest rate while no answer comes for more than a second", async function () {
    // 4,500 open connections take a machine that is busy with other tests far longer than the second they stand for.
    this.timeout(60_000);
    const waiting: (() => void)[] = [];
    answer = (_, response) => waiting.push(() => response.end("version 1"));
    const load = await startLoad({
      ...options,
      newConnectionsPerSecond: 4000,
      maxRequests: 4500,
      timeoutMs: 50_000,
    });
    assert.ok(await until(() => waiting.length === 4500, { timeoutMs: 50_000 }), `${waiting.length} came`);
    for (const release of waiting) release();
    const { requests, failuresByKind } = await load.stop();
    assert.deepEqual({ requests, failuresByKind }, { requests: 4500, failuresByKind: {} });
  });

  it("stops by itself after its number of requests", async () => {
    const load = await startLoad({ ...options, maxRequests: 20 });
    const ended = await load.between(0, Number.POSITIVE_INFINITY);
    assert.equal(ended.requests, 20);
    assert.equal((await load.stop()).requests, 20);
  });

  it("stops by itself after its time", async () => {
    const load = await startLoad({ ...options, maxSeconds: 0.3 });
    const { requests } = await load.between(0, Number.POSITIVE_INFINITY);
    assert.ok(requests > 0 && requests <= 60, `${requests} requests`);
  });

  it("can be stopped in the very moment in which it ends by itself", async () => {
    for (let wait = 0; wait < 15; wait++) {
      const before = connections;
      const load = await startLoad({ ...options, newConnectionsPerSecond: 1000, maxRequests: 3 });
      await until(() => connections === before + 3, { what: "the third request", everyMs: 1 });
      await delay(wait);
      assert.equal((await load.stop()).requests, 3, `${wait} ms after its last request`);
    }
  });

  it("refuses a target that is not ours, and limits beyond its own, before it starts anything", async () => {
    await assert.rejects(startLoad({ ...options, url: "http://10.0.0.1" }), UserError);
    await assert.rejects(startLoad({ ...options, newConnectionsPerSecond: 1_000_000 }));
    await assert.rejects(startLoad({ ...options, classify: { body: "(" } }), /no regular expression/);
    assert.equal(connections, 0);
  });
});
