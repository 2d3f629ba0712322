import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serveGateway, stopGateway } from "../../../local/gateway/gateway.ts";
import { adminSocket, gatewayDirectory, readRecord } from "../../../local/gateway/record.ts";
import { findProcess, readLedger } from "../../../local/process/ledger.ts";
import { isAlive, kill } from "../../../local/process/processes.ts";
import { UserError } from "../../../src/errors.ts";
import { until } from "../../support/until.ts";
import { environment } from "../support/environment.ts";
import { GatewayWorld } from "../support/gateway-world.ts";
import { countVersions, http1, http2 } from "../support/kept-clients.ts";

interface Clusters {
  readonly cluster_statuses: readonly { readonly name: string; readonly eds_service_name?: string }[];
}

describe("the local edge of Contour and Envoy", function () {
  this.timeout(120_000);
  let world: GatewayWorld;

  const directory = () => gatewayDirectory(environment().stateDir);

  function processOf(name: string) {
    const entry = findProcess(directory(), name);
    assert.ok(entry, `${name} does not run`);
    return entry;
  }

  before(async () => {
    world = await GatewayWorld.make();
  });

  beforeEach(() => world.weights(75, 25));
  afterEach(() => world.endLoad());
  after(() => world?.remove());

  it("accepts and programs a Gateway, at the address of Envoy's Service", async () => {
    await until(async () => (await world.conditions()).includes("Programmed"));
    assert.deepEqual((await world.conditions()).sort(), ["Accepted", "Programmed"]);
    assert.equal(`http://${await world.address()}`, world.edge.url);
  });

  it("splits 2,000 requests 75 : 25, within the binomial bound at 99.9 %", async () => {
    const { "2.0.0": canary = 0, ...rest } = await ask(world.edge.url, 2000);
    assert.deepEqual(Object.keys(rest), ["1.0.0"]);
    const bound = 3.29 * Math.sqrt(2000 * 0.25 * 0.75);
    assert.ok(Math.abs(canary - 500) <= bound, `${canary} of 2,000`);
  });

  it("gives 1 % and 99 % of 10,000 requests to a point, on 16 kept connections", async () => {
    const client = http1(world.edge.url, 16);
    for (const share of [1, 99]) {
      await world.weights(100 - share, share);
      await until(async () => (await world.canaryShare()) === share, { everyMs: 5 });
      const counts = await countVersions(client, 16, (asked) => asked >= 10_000);
      assert.deepEqual(Object.keys(counts).sort(), ["1.0.0", "2.0.0"]);
      const measured = (counts["2.0.0"] ?? 0) / 100;
      assert.ok(Math.abs(measured - share) <= 1, `${measured} %`);
    }
    client.close();
  });

  it("follows changes of weights under HTTP/2 as well, without a failed request", async () => {
    const client = http2(world.edge.url, 2);
    let isOver = false;
    const counting = countVersions(client, 8, () => isOver);
    for (const canary of [100, 0, 100, 0]) {
      await world.weights(100 - canary, canary);
      await until(async () => (await world.canaryShare()) === canary, { everyMs: 5 });
    }
    isOver = true;
    const counts = await counting;
    client.close();
    assert.deepEqual(Object.keys(counts).sort(), ["1.0.0", "2.0.0"]);
  });

  it("follows ten changes of weights under load, without a failed request", async () => {
    const load = await world.load();
    for (let change = 0; change < 10; change++) {
      const canary = change % 2 === 0 ? 100 : 0;
      await world.weights(100 - canary, canary);
      const version = canary === 100 ? "2.0.0" : "1.0.0";
      await until(async () => (await ask(world.edge.url, 20))[version] === 20, {
        timeoutMs: 5000,
        everyMs: 5,
      });
    }
    const summary = await load.stop();
    assert.deepEqual(summary.failures, []);
    assert.deepEqual(Object.keys(summary.byVersion).sort(), ["1.0.0", "2.0.0"]);
  });

  it("shows Envoy's numbers at loopback, to be read and not to be changed", async () => {
    const answer = await fetch(`${world.edge.statsUrl}/clusters?format=json`);
    const { cluster_statuses: clusters } = (await answer.json()) as Clusters;
    const services = clusters.map(({ eds_service_name: service }) => service).filter(Boolean);
    assert.ok(services.includes("gateway-world/app-2-0-0"), services.join(", "));
    const quit = await fetch(`${world.edge.statsUrl}/quitquitquit`, { method: "POST" });
    assert.equal(quit.status, 405);
    assert.ok(isAlive(processOf("envoy")));
  });

  it("starts Envoy again that was killed, and says so", async () => {
    const killed = processOf("envoy");
    await kill(killed);
    await until(() => world.answers(), { everyMs: 20 });
    assert.notEqual(processOf("envoy").pid, killed.pid);
    const log = readFileSync(join(directory(), "gateway.log"), "utf8");
    assert.match(log, new RegExp(`envoy \\(process ${killed.pid}\\) is gone; starting it again`));
  });

  it("goes on serving while Contour is killed, and follows the route afterwards", async () => {
    const load = await world.load();
    const killed = processOf("contour");
    await kill(killed);
    await world.weights(0, 100);
    await until(async () => (await ask(world.edge.url, 20))["2.0.0"] === 20, { everyMs: 20 });
    assert.notEqual(processOf("contour").pid, killed.pid);
    assert.deepEqual((await load.stop()).failures, []);
  });

  it("says why Contour does not start, in its own words", async () => {
    const { stateDir } = environment();
    const good = readRecord(stateDir);
    assert.ok(good);
    const failure = await serveGateway(stateDir, { namespace: "", name: "web" }).catch((error) => error);
    assert.ok(failure instanceof UserError, String(failure));
    assert.match(failure.message, /Contour and Envoy did not start\. They said:\n.*namespace and name/is);
    await serveGateway(stateDir, good.gateway);
    await until(() => world.answers());
  });

  it("leaves nothing when it is stopped", async () => {
    const { stateDir } = environment();
    const record = readRecord(stateDir);
    assert.ok(record);
    const running = ["contour", "envoy"].map(processOf);
    assert.ok(existsSync(adminSocket(record)));
    await stopGateway(stateDir);
    assert.deepEqual(running.filter(isAlive), []);
    assert.equal(findProcess(stateDir, "gateway"), undefined);
    assert.deepEqual(readLedger(directory()), []);
    assert.equal(existsSync(record.sockets), false);
    await assert.rejects(fetch(world.edge.statsUrl));
  });
});

/** Counts the versions that so many requests get, each on a new connection, ten at a time. */
async function ask(url: string, times: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const one = async () => {
    const answer = await fetch(url, { headers: { connection: "close" } });
    await answer.text();
    return answer.ok ? (answer.headers.get("x-version") ?? "") : String(answer.status);
  };
  for (let left = times; left > 0; left -= 10)
    for (const version of await Promise.all(Array.from({ length: Math.min(left, 10) }, one)))
      counts[version] = (counts[version] ?? 0) + 1;
  return counts;
}
