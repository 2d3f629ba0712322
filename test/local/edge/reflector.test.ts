import assert from "node:assert/strict";
import { connectApi } from "../../../local/edge/api.ts";
import type { KubernetesObject } from "../../../local/edge/objects.ts";
import { type Reflector, startReflector } from "../../../local/edge/reflector.ts";
import { until } from "../../../local/until.ts";
import { FakeApi } from "./fake-api.ts";

const PATH = "/api/v1/pods";
const named = (name: string) => ({ metadata: { name, namespace: "n" } });

describe("startReflector", () => {
  let fake: FakeApi;
  let reflector: Reflector<KubernetesObject>;
  let stop: AbortController;
  let said: string[];

  beforeEach(async () => {
    fake = await new FakeApi().start(PATH);
    fake.put(PATH, named("first"));
    stop = new AbortController();
    said = [];
    reflector = startReflector<KubernetesObject>(connectApi(fake.kubeconfig(), "fake"), {
      path: PATH,
      onChange: () => undefined,
      onState: (text) => said.push(text),
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
    assert.match(said.join("\n"), /^lost the watch of .*\nwatching .* again$/);
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
});

describe("connectApi", () => {
  it("names the contexts that there are when asked for another", async () => {
    const fake = await new FakeApi().start();
    assert.throws(() => connectApi(fake.kubeconfig(), "production"), { hint: "Name one of these: fake." });
    await fake.dispose();
  });
});
