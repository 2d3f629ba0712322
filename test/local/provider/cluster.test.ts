import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type Cluster, connect } from "../../../local/provider/cluster.ts";
import { ClusterError, type Failure } from "../../../local/provider/errors.ts";
import { sender } from "../../../local/provider/http.ts";
import { readKubeconfig } from "../../../local/provider/kubeconfig.ts";
import { kubeconfigOf, type Reply, StubApi } from "./stub-api.ts";

const REF = { apiVersion: "v1", kind: "ConfigMap", name: "c", namespace: undefined };
const BODY = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } };

describe("the API server", () => {
  let api: StubApi;
  let cluster: Cluster;
  let answer: Reply;

  before(async () => {
    api = await StubApi.start(() => answer);
    cluster = await connect(api.target);
  });
  after(() => api.stop());

  it("is asked with the kubeconfig's token", () => {
    assert.equal(api.requests[0]?.path, "/version");
    assert.equal(api.requests[0]?.headers.authorization, "Bearer stub-token");
  });

  it("is sent an apply under the manager's name, in the namespace of the context", async () => {
    answer = { status: 201, body: BODY };
    const { created, live } = await cluster.apply(REF, BODY, { manager: "m", force: true, dryRun: true });
    assert.ok(created);
    assert.deepEqual(live, BODY);
    const sent = api.requests.at(-1);
    assert.equal(`${sent?.method} ${sent?.path}`, "PATCH /api/v1/namespaces/from-context/configmaps/c");
    assert.equal(sent?.headers["content-type"], "application/apply-patch+yaml");
    assert.deepEqual(Object.fromEntries(sent?.query ?? []), {
      fieldManager: "m",
      force: "true",
      dryRun: "All",
    });
    assert.equal(sent?.body, JSON.stringify(BODY));
  });

  it("is asked once for the kinds of an API version", async () => {
    answer = { status: 200, body: BODY };
    await Promise.all([cluster.get(REF), cluster.get(REF)]);
    assert.equal(api.requests.filter(({ path }) => path === "/api/v1").length, 1);
    assert.equal(await cluster.isNamespaced("v1", "Namespace"), false);
  });

  it("is asked again for a kind that it does not have", async () => {
    answer = { status: 404, body: { message: "not found" } };
    await assert.rejects(cluster.isNamespaced("example.com/v1", "Thing"), (error: unknown) => {
      return isFailure(error, "no-match", /no matches for kind "Thing" in version "example.com\/v1"/);
    });
    answer = { status: 200, body: { resources: [{ name: "things", kind: "Thing", namespaced: true }] } };
    assert.equal(await cluster.isNamespaced("example.com/v1", "Thing"), true);
  });

  it("gives nothing for an object that is not there", async () => {
    answer = { status: 404, body: { message: "not found" } };
    assert.equal(await cluster.get(REF), undefined);
  });

  const refusals: [number, Record<string, unknown>, Failure, RegExp][] = [
    [403, { message: "configmaps is forbidden: User cannot patch" }, "forbidden", /^configmaps is forbidden/],
    [401, { message: "Unauthorized" }, "forbidden", /^Unauthorized$/],
    [409, { message: '"c" already exists', reason: "AlreadyExists" }, "exists", /already exists/],
    [
      409,
      { message: "the object has been modified", reason: "Conflict" },
      "conflict",
      /^the object has been/,
    ],
    [422, { message: "spec: Invalid value" }, "invalid", /^spec: Invalid/],
    [
      409,
      { message: "Apply failed with 1 conflict", reason: "Conflict", details: { causes: [{}] } },
      "conflict",
      /^Server-Side Apply field conflict.*patchForce.*\nApply failed with 1 conflict$/s,
    ],
  ];
  for (const [status, body, failure, message] of refusals) {
    it(`says ${failure} for ${status} ${body.message}`, async () => {
      answer = { status, body: JSON.stringify(body) };
      await assert.rejects(cluster.tryCreate(REF, BODY), (error: unknown) =>
        isFailure(error, failure, message),
      );
    });
  }

  it("may be hidden behind a proxy that answers no JSON", async () => {
    answer = { status: 502, body: "<html>Bad gateway</html>" };
    await assert.rejects(cluster.tryCreate(REF, BODY), (error: unknown) =>
      isFailure(error, "invalid", /Bad gateway/),
    );
  });

  it("may close a kept connection in the moment of its use: the call is sent again", async () => {
    answer = { status: 200, body: BODY };
    await cluster.get(REF);
    const seen = api.requests.length;
    answer = "reset";
    const again = cluster.get(REF);
    while (api.requests.length === seen) await setImmediate();
    answer = { status: 200, body: BODY };
    assert.deepEqual(await again, BODY);
    assert.equal(api.requests.length, seen + 2);
  });

  it("that swallows packets is given up on", async () => {
    answer = "hang";
    const send = sender(readKubeconfig(api.target));
    await assert.rejects(send({ method: "GET", path: "/hang", timeoutMs: 50 }), (error: unknown) =>
      isFailure(error, "unreachable", /GET http:\/\/127.0.0.1:\d+\/hang: no answer in 0.05 s$/),
    );
  });

  it("that is not there is said to be unreachable", async () => {
    const target = { ...api.target, kubeconfig: kubeconfigOf("http://127.0.0.1:1") };
    await assert.rejects(connect(target), (error: unknown) =>
      isFailure(error, "unreachable", /^configured Kubernetes cluster is unreachable: .*ECONNREFUSED/),
    );
  });
});

describe("a kubeconfig", () => {
  const nowhere = { kubeconfig: undefined, context: undefined, cluster: undefined, namespace: undefined };
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is given as text or as a path", async () => {
    const path = join(folder, "config");
    await writeFile(path, kubeconfigOf("https://from-file:6443/"));
    assert.equal(readKubeconfig({ ...nowhere, kubeconfig: path }).server, "https://from-file:6443");
    const text = kubeconfigOf("https://from-text:6443");
    assert.equal(readKubeconfig({ ...nowhere, kubeconfig: text }).server, "https://from-text:6443");
  });

  it("gives the namespace of its context, unless the provider names one", () => {
    const given = { ...nowhere, kubeconfig: kubeconfigOf("https://x") };
    assert.equal(readKubeconfig(given).namespace, "from-context");
    assert.equal(readKubeconfig({ ...given, namespace: "mine" }).namespace, "mine");
  });

  it("can be pointed at another of its clusters", () => {
    const config = JSON.parse(kubeconfigOf("https://one"));
    config.clusters.push({ name: "two", cluster: { server: "https://two" } });
    const kubeconfig = JSON.stringify(config);
    assert.equal(readKubeconfig({ ...nowhere, kubeconfig, cluster: "two" }).server, "https://two");
    assert.throws(() => readKubeconfig({ ...nowhere, kubeconfig, cluster: "three" }), /no cluster "three"/);
  });

  it("without the context says so", () => {
    const kubeconfig = kubeconfigOf("https://x");
    assert.throws(
      () => readKubeconfig({ ...nowhere, kubeconfig, context: "gone" }),
      /it has no context "gone"/,
    );
  });

  it("that cannot be read is never quoted, since it may hold a token", () => {
    for (const broken of ["token: hunter2\n\t- {", "hunter2", JSON.stringify({ token: "hunter2" })]) {
      assert.throws(
        () => readKubeconfig({ ...nowhere, kubeconfig: broken }),
        (error: unknown) => isFailure(error, "unreachable", /kubeconfig/) && !/hunter2/.test(String(error)),
      );
    }
  });
});

function isFailure(error: unknown, failure: Failure, message: RegExp): boolean {
  assert.ok(error instanceof ClusterError, String(error));
  assert.equal(error.failure, failure);
  assert.match(error.message, message);
  return true;
}
