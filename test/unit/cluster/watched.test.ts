import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { watchedApi } from "../../../src/cluster/watched.ts";
import { FakeApi } from "../../support/fakes.ts";
import { until } from "../../support/until.ts";

const PODS = "/api/v1/namespaces/web/pods";
const named = (name: string, more: object = {}) => ({ metadata: { name, ...more } });

describe("an API server that is watched", () => {
  let server: FakeApi;
  let watched: KubernetesApi;
  let stop: AbortController;
  let changes: number;
  let asked: string[];

  beforeEach(() => {
    server = new FakeApi();
    stop = new AbortController();
    changes = 0;
    asked = [];
    server.onRequest = (method, path) => asked.push(`${method} ${path}`);
    const onChange = () => changes++;
    watched = watchedApi(server, { onChange, onState: () => undefined, signal: stop.signal });
  });
  afterEach(() => stop.abort());

  const names = async () =>
    (await watched.list<{ metadata: { name: string } }>(PODS)).map(({ metadata }) => metadata.name);

  it("is asked once for what is read over and over, and gives what it is by now", async () => {
    server.put(`${PODS}/one`, named("one"));
    assert.deepEqual(await names(), ["one"]);
    await until(() => asked.length === 2, { everyMs: 1 });
    server.put(`${PODS}/two`, named("two"));
    await until(async () => (await names()).length === 2, { everyMs: 1 });
    await server.send("DELETE", `${PODS}/one`);
    await until(async () => (await names()).join() === "two", { everyMs: 1 });
    assert.equal(asked.filter((path) => path.startsWith("GET")).length, 2);
    assert.ok(changes >= 3);
  });

  it("gives one object, and undefined while there is none", async () => {
    assert.equal(await watched.get(`${PODS}/one`), undefined);
    server.put(`${PODS}/other`, named("other"));
    server.put(`${PODS}/one`, named("one", { managedFields: [{}] }));
    const found = await until(() => watched.get<{ metadata: object }>(`${PODS}/one`), { everyMs: 1 });
    assert.deepEqual(Object.keys(found.metadata).sort(), ["name", "resourceVersion"]);
  });

  it("keeps the query of a list", async () => {
    await watched.list(`${PODS}?labelSelector=app%3Dshop`);
    assert.match(asked[0] ?? "", /pods\?labelSelector=app%3Dshop$/);
  });

  it("is not written to", async () => {
    await assert.rejects(watched.send("DELETE", `${PODS}/one`), /read, and not written/);
    assert.deepEqual(asked, []);
  });

  it("keeps nobody waiting who has stopped", async () => {
    server.away = new Error("away");
    const reading = watched.list(PODS);
    stop.abort(new Error("stopped"));
    await assert.rejects(reading, /stopped/);
    await assert.rejects(watched.list(PODS), /stopped/);
  });
});
