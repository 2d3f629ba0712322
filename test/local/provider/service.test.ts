import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "../../../local/plugins/protocol.ts";
import type { Target } from "../../../local/provider/config.ts";
import { ClusterError } from "../../../local/provider/errors.ts";
import { implementation } from "../../../local/provider/implementation.ts";
import type { JsonObject } from "../../../local/provider/json.ts";
import { providerGrpc, providerPb } from "../../../local/provider/protocol.ts";
import { Provider } from "../../../local/provider/service.ts";
import { type Bag, decode, encode } from "../../../local/provider/values.ts";
import { FakeCluster } from "./fake-cluster.ts";

type Client = InstanceType<typeof providerGrpc.ResourceProviderClient>;
type Answer<A> = (error: grpc.ServiceError | null, answer: A) => void;

const CONFIG_MAP = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c", namespace: "ns" },
  data: { key: "value" },
};

describe("the provider's service", () => {
  let server: grpc.Server;
  let client: Client;
  let cluster: FakeCluster;
  let targets: Target[];

  beforeEach(async () => {
    cluster = new FakeCluster();
    targets = [];
    const clusters = {
      connect: async (target: Target) => {
        targets.push(target);
        return cluster;
      },
      serverOf: async () => "https://server",
    };
    server = new grpc.Server();
    server.addService(
      providerGrpc.ResourceProviderService,
      implementation(new Provider(clusters, undefined)),
    );
    const credentials = grpc.ServerCredentials.createInsecure();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  afterEach(() => {
    client.close();
    server.forceShutdown();
  });

  it("takes secrets and previews, and names the vendor's version", async () => {
    const handshake = await answer<providerPb.ProviderHandshakeResponse>((done) =>
      client.handshake(new providerPb.ProviderHandshakeRequest(), done),
    );
    assert.ok(handshake.getAcceptSecrets());
    const info = await answer<{ getVersion(): string }>((done) => client.getPluginInfo(new Empty(), done));
    assert.equal(info.getVersion(), "4.32.0");
  });

  it("connects once, with the options that it was configured with", async () => {
    await configure({ kubeconfig: "text", upsertExistingObjects: "true" });
    assert.deepEqual(targets, []);
    await create(bag(CONFIG_MAP), { preview: false });
    await create(bag(CONFIG_MAP), { preview: false });
    assert.deepEqual(
      targets.map(({ kubeconfig }) => kubeconfig),
      ["text"],
    );
  });

  it("creates an object, and keeps secrets secret on the way back", async () => {
    await configure({ upsertExistingObjects: "true" });
    const inputs = { value: CONFIG_MAP, secrets: [["data", "key"]] };
    const created = await create(inputs, { preview: false });
    assert.equal(created.getId(), "ns/c");
    const outputs = decode(created.getProperties());
    assert.deepEqual(outputs.value.data, { key: "value" });
    assert.ok(outputs.secrets.some((path) => path.join(".") === "data.key"));
    assert.ok(outputs.secrets.some((path) => path.join(".") === "__inputs.data.key"));
  });

  it("previews without keeping anything", async () => {
    await configure({ upsertExistingObjects: "true" });
    assert.equal((await create(bag(CONFIG_MAP), { preview: true })).getId(), "");
    assert.equal(cluster.objects.size, 0);
  });

  it("passes the API server's refusal on with its words and code", async () => {
    cluster.failures.set("apply", new ClusterError("forbidden", "configmaps is forbidden"));
    await configure({ upsertExistingObjects: "true" });
    await assert.rejects(create(bag(CONFIG_MAP), { preview: false }), (error: unknown) => {
      const { code, details } = error as grpc.ServiceError;
      assert.equal(code, grpc.status.PERMISSION_DENIED);
      assert.match(details, /configmaps is forbidden$/);
      return true;
    });
  });

  it("checks, diffs, updates, reads and deletes", async () => {
    await configure({ upsertExistingObjects: "true", enableConfigMapMutable: "true" });
    const created = await create(bag(CONFIG_MAP), { preview: false });
    const news = bag({ ...CONFIG_MAP, data: { key: "other" } });

    const check = new providerPb.CheckRequest();
    check.setNews(encode(news));
    const checked = await answer<providerPb.CheckResponse>((done) => client.check(check, done));
    assert.deepEqual(decode(checked.getInputs()).value, news.value);

    const diff = new providerPb.DiffRequest();
    diff.setOlds(created.getProperties());
    diff.setNews(encode(news));
    const found = await answer<providerPb.DiffResponse>((done) => client.diff(diff, done));
    assert.deepEqual([...keys(found)], ["data.key"]);

    const update = new providerPb.UpdateRequest();
    update.setOlds(created.getProperties());
    update.setNews(encode(news));
    const updated = await answer<providerPb.UpdateResponse>((done) => client.update(update, done));
    assert.deepEqual(decode(updated.getProperties()).value.data, { key: "other" });

    const remove = new providerPb.DeleteRequest();
    remove.setProperties(updated.getProperties());
    await answer<Empty>((done) => client.delete(remove, done));

    const read = new providerPb.ReadRequest();
    read.setProperties(updated.getProperties());
    read.setInputs(encode(news));
    const gone = await answer<providerPb.ReadResponse>((done) => client.read(read, done));
    assert.equal(gone.getId(), "");
  });

  it("remembers from a diff which creation is a replacement", async () => {
    await configure({ upsertExistingObjects: "true" });
    const created = await create(bag(CONFIG_MAP), { preview: false });
    const news = bag({ ...CONFIG_MAP, data: { key: "other" } });
    cluster.failures.set("apply", new ClusterError("conflict", "taken"));
    await assert.rejects(create(news, { preview: true }), /taken/);
    const diff = new providerPb.DiffRequest();
    diff.setOlds(created.getProperties());
    diff.setNews(encode(news));
    await answer<providerPb.DiffResponse>((done) => client.diff(diff, done));
    const planned = await create(news, { preview: true });
    assert.deepEqual(decode(planned.getProperties()).value, news.value);
  });

  it("refuses an option that it does not have", async () => {
    const request = new providerPb.CheckRequest();
    request.setNews(encode(bag({ renderYamlToDirectory: "x" })));
    const response = await answer<providerPb.CheckResponse>((done) => client.checkConfig(request, done));
    assert.match(
      response.getFailuresList()[0]?.getReason() ?? "",
      /stand-in provider has no option renderYaml/,
    );
  });

  it("updates itself for a new token of the same server", async () => {
    const request = new providerPb.DiffRequest();
    request.setOldInputs(encode(bag({ kubeconfig: "one" })));
    request.setNews(encode(bag({ kubeconfig: "two" })));
    const response = await answer<providerPb.DiffResponse>((done) => client.diffConfig(request, done));
    assert.deepEqual([...keys(response)], ["kubeconfig"]);
    assert.deepEqual(response.getReplacesList(), []);
  });

  it("ends its waits when it is cancelled", async () => {
    await configure({ upsertExistingObjects: "true" });
    await answer<Empty>((done) => client.cancel(new Empty(), done));
    const token = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "t", namespace: "ns" },
      type: "kubernetes.io/service-account-token",
    };
    await assert.rejects(create(bag(token), { preview: false }), (error: unknown) => {
      assert.equal((error as grpc.ServiceError).code, grpc.status.UNKNOWN);
      return true;
    });
  });

  it("does not implement functions and components", async () => {
    const request = new providerPb.InvokeRequest();
    await assert.rejects(
      answer<providerPb.InvokeResponse>((done) => client.invoke(request, done)),
      (error: unknown) => (error as grpc.ServiceError).code === grpc.status.UNIMPLEMENTED,
    );
  });

  function configure(args: JsonObject): Promise<providerPb.ConfigureResponse> {
    const request = new providerPb.ConfigureRequest();
    request.setArgs(encode(bag(args)));
    return answer((done) => client.configure(request, done));
  }

  function create(inputs: Bag, { preview }: { preview: boolean }): Promise<providerPb.CreateResponse> {
    const request = new providerPb.CreateRequest();
    request.setProperties(encode(inputs));
    request.setPreview(preview);
    return answer((done) => client.create(request, done));
  }
});

function answer<A>(call: (done: Answer<A>) => unknown): Promise<A> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)));
  });
}

function bag(value: JsonObject): Bag {
  return { value, secrets: [] };
}

function* keys(response: providerPb.DiffResponse): Generator<string> {
  for (const [path] of response.getDetaileddiffMap().toArray()) yield path;
}
