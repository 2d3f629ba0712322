import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Edge } from "../../../local/edge/edge.ts";
import { edgeDirectory } from "../../../local/edge/record.ts";
import { findProcess } from "../../../local/process/ledger.ts";
import { kill } from "../../../local/process/processes.ts";
import { until } from "../../support/until.ts";
import { ask, EdgeWorld, untilWeights } from "../support/edge-world.ts";

/** The process of that name in the ledger of a folder. */
function processOf(directory: string, name: string) {
  const entry = findProcess(directory, name);
  assert.ok(entry, `${name} does not run`);
  return entry;
}

describe("the traffic of the local edge", function () {
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

  afterEach(() => world.endLoad());
  after(() => world.stop());

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
    assert.ok(weighted < 800 && removed < 800, `${weighted} ms, ${removed} ms`);
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
    await until(aside, { timeoutMs: 2000 });
    assert.deepEqual(Object.keys(await ask(edge.url, 8)).sort(), ["version new", "version old"]);
    await untilWeights(edge, { old: 75, new: 25 });
    assert.match(
      readFileSync(join(edgeDirectory(world.stateDir), "edge.log"), "utf8"),
      /HAProxy rejects .*:\n.*weight of server/s,
    );
    world.weight("new", "30");
    await untilWeights(edge, { old: 75, new: 30 });
  });

  it("starts HAProxy again when it is killed", async () => {
    const directory = edgeDirectory(world.stateDir);
    const before = processOf(directory, "haproxy-127.0.0.1");
    await kill(before);
    await untilWeights(edge, { old: 75, new: 25 });
    assert.notEqual(processOf(directory, "haproxy-127.0.0.1").pid, before.pid);
  });

  it("serves on without its process, and is taken over by the next without a lost request", async () => {
    const load = await world.load({ newConnectionsPerSecond: 200 });
    const haproxy = processOf(edgeDirectory(world.stateDir), "haproxy-127.0.0.1");
    await kill(processOf(world.stateDir, "edge"));
    world.weight("new", "50");
    assert.deepEqual(await world.startEdge(), edge);
    await untilWeights(edge, { old: 75, new: 50 });
    assert.equal(processOf(edgeDirectory(world.stateDir), "haproxy-127.0.0.1").pid, haproxy.pid);
    const summary = await load.stop();
    assert.deepEqual(summary.failures, []);
  });

  it("keeps its configuration while the API server is away, and catches up", async () => {
    await world.api.stop();
    world.weight("new", "60");
    assert.deepEqual(await ask(edge.url, 4), { "version new": 1, "version old": 3 });
    await world.api.start();
    await untilWeights(edge, { old: 75, new: 60 }, 8000);
  });
});
