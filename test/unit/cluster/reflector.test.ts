import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { connectApi, readable } from "../../../local/edge/api.ts";
import { type Reflector, startReflector, type WatchedObject } from "../../../src/cluster/reflector.ts";
import { FakeApi } from "../../support/edge/fake-api.ts";
import { until } from "../../support/until.ts";

const PATH = "/api/v1/pods";
/** A second of /proc. */
const CLOCK_TICKS = 100;
const named = (name: string) => ({ metadata: { name, namespace: "n" } });

describe("startReflector", () => {
  let fake: FakeApi;
  let reflector: Reflector<WatchedObject>;
  let stop: AbortController;
  let said: string[];

  beforeEach(async () => {
    fake = await new FakeApi().start(PATH);
    fake.put(PATH, named("first"));
    stop = new AbortController();
    said = [];
    reflector = startReflector<WatchedObject>(readable(connectApi(fake.kubeconfig(), "fake")), {
      path: PATH,
      onChange: () => undefined,
      onState: (state) =>
        said.push(state.follows ? `follows ${state.path}` : `lost ${state.path}: ${state.error.message}`),
      signal: stop.signal,
    });
    await reflector.synced;
  });

  afterEach(async () => {
    stop.abort();
    await fake.dispose();
  });

  const has = async (...names: string[]) => {
    const keys = () => [...reflector.objects.keys()].sort().join();
    const wanted = names.map((name) => `n/${name}`).sort();
    await until(() => keys() === wanted.join(), { timeoutMs: 5000 });
    assert.equal(keys(), wanted.join());
  };
  const requests = (kind: "list" | "watch") =>
    fake.requests.filter((request) => request.includes("watch=true") === (kind === "watch")).length;

  it("lists, then follows what is added and deleted", async () => {
    await has("first");
    fake.put(PATH, named("second"));
    await has("first", "second");
    fake.delete(PATH, "n", "first");
    await has("second");
    assert.equal(requests("list"), 1);
  });

  it("keeps what it has while the server is away, and resumes without a list", async () => {
    await fake.stop();
    await until(() => said.length > 0, { timeoutMs: 5000 });
    await has("first");
    fake.put(PATH, named("meanwhile"));
    await fake.start();
    await has("first", "meanwhile");
    assert.equal(requests("list"), 1);
    assert.match(said.join("\n"), /^lost .*\nfollows .*$/);
  });

  it("keeps what it has while the server does not know the kind yet", async () => {
    await fake.stop();
    fake.hide(PATH);
    await fake.start();
    await until(() => requests("list") > 1, { timeoutMs: 5000 });
    await has("first");
    fake.hide(PATH, false);
    fake.put(PATH, named("second"));
    await has("first", "second");
  });

  it("lists anew when its version is too old, and notices what was deleted meanwhile", async () => {
    await fake.stop();
    await until(() => said.length > 0, { timeoutMs: 5000 });
    fake.delete(PATH, "n", "first");
    fake.put(PATH, named("second"));
    fake.compact();
    await fake.start();
    await has("second");
    assert.equal(requests("list"), 2);
  });

  it("lists anew, after a pause, when a watch ends with any other error: its version may be no good", async () => {
    fake.delete(PATH, "n", "first");
    fake.breakWatches(PATH, 500);
    fake.put(PATH, named("second"));
    await has("second");
    assert.equal(requests("list"), 2);
    assert.ok(requests("watch") <= 3, `${requests("watch")} watches`);
    assert.match(said[0] ?? "", /an event was lost/);
  });

  describe("while the server takes a request and does not answer it", () => {
    beforeEach(async () => {
      await fake.stop();
      fake.mute();
      await fake.start();
      await until(() => fake.open > 0, { timeoutMs: 5000 });
      assert.equal(fake.open, 1);
    });

    it("keeps what it has, and leaves no request behind when it is stopped", async () => {
      await has("first");
      stop.abort();
      await until(() => fake.open === 0, { timeoutMs: 5000 });
      assert.equal(fake.open, 0);
    });

    it("has the kernel ask after five seconds whether the peer is still there", async () => {
      // The server sees the connection a moment before the client has set the timer of its side.
      const timer = await until(() => keepAliveTimer(fake.port), { timeoutMs: 5000 });
      // Node's own default is one second, for connections without TLS alone.
      assert.ok(timer !== undefined && timer > 1 && timer <= 5, `the timer is at ${timer} s`);
    });
  });
});

/**
 * Seconds until the kernel probes a connection to that port on loopback; undefined where it never does.
 * See proc_net_tcp.rst of the kernel's documentation: timer 2 is the one that keeps alive.
 */
async function keepAliveTimer(port: number): Promise<number | undefined> {
  const table = await readFile("/proc/net/tcp", "utf8");
  const peer = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const row = table.split("\n").find((line) => line.trim().split(/\s+/)[2] === peer);
  const [timer, when = ""] = row?.trim().split(/\s+/)[5]?.split(":") ?? [];
  return timer === "02" ? Number.parseInt(when, 16) / CLOCK_TICKS : undefined;
}

describe("connectApi", () => {
  it("names the contexts that there are when asked for another", async () => {
    const fake = await new FakeApi().start();
    assert.throws(() => connectApi(fake.kubeconfig(), "production"), { hint: "Name one of these: fake." });
    await fake.dispose();
  });
});
