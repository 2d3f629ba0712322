import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { ApiError, type KubernetesApi } from "../../../src/cluster/api.ts";
import { clusterAddress } from "../../../src/cluster/client-library.ts";
import { connect } from "../../../src/cluster/connect.ts";
import { type FakeCluster, kubeconfig, serve } from "../../support/program/cluster.ts";

const clusters: FakeCluster[] = [];

function kubeconfigOf(cluster: object): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "test", user: { token: "a-token" } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}

async function api(listener: RequestListener): Promise<KubernetesApi> {
  const cluster = await serve(listener);
  clusters.push(cluster);
  return connect({ exported: kubeconfig(cluster) });
}

const answering = (status: number, body: unknown): RequestListener => {
  return (_request, response) =>
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
};

afterEach(() => {
  for (const cluster of clusters.splice(0)) cluster.close();
});

describe("the connection to an API server", () => {
  it("authenticates, sends JSON, and gives JSON back", async () => {
    const seen: unknown[] = [];
    const kubernetes = await api((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { authorization, "content-type": type } = request.headers;
        seen.push([request.method, request.url, authorization, type, Buffer.concat(chunks).toString()]);
        response.end('{"kind":"ConfigMap"}');
      });
    });
    const body = { type: "application/merge-patch+json", content: { data: {} } } as const;
    assert.deepEqual(await kubernetes.send("PATCH", "/api/v1/x", body), { kind: "ConfigMap" });
    assert.deepEqual(seen, [["PATCH", "/api/v1/x", "Bearer secret-token", body.type, '{"data":{}}']]);
  });

  it("says what to do about a token that was revoked", async () => {
    await assert.rejects((await api(answering(401, { message: "Unauthorized" }))).get("/api/v1/x"), {
      name: "UserError",
      message: /does not take the credential \(401\)$/,
      hint: /canary foundation/,
    });
  });

  it("keeps its clock where the server tells no time that is one", async () => {
    const kubernetes = await api((_request, response) => {
      response.sendDate = false;
      response.writeHead(200, { Date: "yesterday" }).end("{}");
    });
    await kubernetes.get("/api/v1/x");
    assert.ok(Math.abs(kubernetes.time().getTime() - Date.now()) < 5_000);
  });

  it("gives undefined for what does not exist, and the items of a list", async () => {
    assert.equal(await (await api(answering(404, { message: "not found" }))).get("/api/v1/x"), undefined);
    assert.deepEqual(await (await api(answering(200, { items: [1, 2] }))).list("/api/v1/x"), [1, 2]);
  });

  it("gives the server's own words for what it refuses", async () => {
    const forbidden = await api(answering(403, { message: 'nodes is forbidden: User "deployer"' }));
    await assert.rejects(forbidden.get("/api/v1/nodes"), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.status, 403);
      assert.match(error.message, /nodes is forbidden/);
      return true;
    });
    await assert.rejects((await api(answering(502, "<h1>Bad Gateway</h1>"))).get("/api"), {
      message: "<h1>Bad Gateway</h1>",
    });
    await assert.rejects((await api(answering(500, ""))).get("/api"), {
      message: "the API server answered 500",
    });
  });

  it("is kept for the next request, and made anew when the server has closed it meanwhile", async () => {
    const connections = new Set<unknown>();
    let requests = 0;
    const kubernetes = await api(({ socket }, response) => {
      requests++;
      connections.add(socket);
      if (requests === 3) socket.destroy();
      else response.end(String(requests));
    });
    assert.deepEqual([await kubernetes.get("/a"), await kubernetes.get("/b")], [1, 2]);
    assert.equal(connections.size, 1);
    assert.equal(await kubernetes.get("/c"), 4);
    assert.equal(connections.size, 2);
  });

  it("sends nothing but reads over a kept connection, so that no write is ever sent twice", async () => {
    const connections = new Set<unknown>();
    const arrived: string[] = [];
    let closing = false;
    const kubernetes = await api(({ method, socket }, response) => {
      arrived.push(method ?? "");
      const isKept = connections.has(socket);
      connections.add(socket);
      if (closing && (isKept || method !== "GET")) socket.destroy();
      else response.end("{}");
    });
    await kubernetes.get("/lease");
    closing = true;
    const body = { type: "application/json", content: {} } as const;
    for (const method of ["POST", "PUT", "PATCH"]) {
      await assert.rejects(kubernetes.send(method, "/lease", body), /cannot be reached: socket hang up/);
    }
    assert.deepEqual(arrived, ["GET", "POST", "PUT", "PATCH"]);
    assert.equal(connections.size, 4);
    await kubernetes.get("/lease");
    assert.deepEqual(arrived.slice(4), ["GET", "GET"]);
  });

  it("writes on a connection of its own where the kept one would be cut", async () => {
    const connections = new Set<unknown>();
    const kubernetes = await api(({ socket }, response) => {
      if (connections.has(socket)) return void socket.destroy();
      connections.add(socket);
      response.end("{}");
    });
    await kubernetes.get("/lease");
    await kubernetes.send("POST", "/leases", { type: "application/json", content: {} });
    assert.equal(connections.size, 2);
  });

  it("says so where something else than an API server answers", async () => {
    const login = await api(answering(200, "<html>Sign in</html>"));
    await assert.rejects(login.get("/api"), {
      name: "UserError",
      message: /cannot be reached: what answers there is no API server: <html>Sign in<\/html>$/,
    });
  });

  it("says that the cluster cannot be reached when its answer breaks off", async () => {
    const broken = await api((request) => request.socket.destroy());
    await assert.rejects(broken.get("/api"), {
      name: "UserError",
      message: /^the cluster at https:\/\/127\.0\.0\.1:\d+ cannot be reached: socket hang up$/,
    });
  });
});

describe("a kubeconfig", () => {
  let folder: string | undefined;
  afterEach(async () => {
    if (folder) await rm(folder, { recursive: true });
    folder = undefined;
  });
  const inFile = async (text: string): Promise<string> => {
    folder = await mkdtemp(join(tmpdir(), "canary-kubeconfig-"));
    const file = join(folder, "config");
    await writeFile(file, text);
    return file;
  };

  it("is refused when its file is not there", async () => {
    await assert.rejects(connect({ file: "/nowhere/kubeconfig" }), {
      name: "UserError",
      message: /^the kubeconfig \/nowhere\/kubeconfig cannot be read: .*ENOENT/,
    });
  });

  it("is said to give no credential when its login command is not there", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "/nowhere/login",
      interactiveMode: "Never",
    };
    const config = JSON.parse(kubeconfigOf({ server: "https://192.0.2.1" }));
    const file = await inFile(JSON.stringify({ ...config, users: [{ name: "test", user: { exec } }] }));
    const named = await connect({ file, context: "test" });
    await assert.rejects(named.get("/version"), {
      name: "UserError",
      message: /^there is no credential for the cluster at https:\/\/192\.0\.2\.1: .*\/nowhere\/login/s,
      hint: /^Check the user of its context in the kubeconfig: a login command \(exec\) has to be on PATH/,
    });
  });

  it("is said to have no such context, by the name under which the context was given", async () => {
    const file = await inFile(kubeconfigOf({ server: "https://192.0.2.1" }));
    await assert.rejects(connect({ file, context: "nobody" }), {
      message: "cluster.context is nobody, which the kubeconfig does not have: it has test",
      hint: /cluster\.kubeconfig/,
    });
    await assert.rejects(connect({ file, context: "nobody", namedBy: "options" }), {
      name: "UserError",
      message: "--context is nobody, which the kubeconfig does not have: it has test",
      hint: "Name one of its contexts, or another kubeconfig in --kubeconfig or in KUBECONFIG.",
    });
    await assert.rejects(connect({ file: "/nowhere", context: "test", namedBy: "options" }), {
      hint: "Name a kubeconfig file that exists, in --kubeconfig or in KUBECONFIG.",
    });
  });

  const odd = ["null", "[]", "5", '"text"', "{}", '{"clusters":5}', '{"clusters":[{}],"users":[{}]}'];
  for (const text of [...odd, '{"clusters":[{"name":"a"}],"users":[{"name":"a","user":null}]}']) {
    it(`is refused in words when it is ${text}`, async () => {
      await assert.rejects(connect({ kubeconfig: text }), { name: "UserError" });
    });
  }

  it("gives the address of a named context, its certificate authority in the file or beside it", async () => {
    const server = "https://192.0.2.1:6443";
    const inside = await inFile(kubeconfigOf({ server, "certificate-authority-data": "Q0E=" }));
    assert.deepEqual(await clusterAddress({ file: inside, context: "test" }), {
      server,
      certificateAuthority: "Q0E=",
      tlsServerName: undefined,
      proxyUrl: undefined,
    });
    const authority = join(inside, "..", "ca.crt");
    await writeFile(authority, "CA");
    await writeFile(inside, kubeconfigOf({ server, "certificate-authority": authority }));
    assert.equal((await clusterAddress({ file: inside, context: "test" })).certificateAuthority, "Q0E=");
  });

  it("is refused when it goes without TLS", async () => {
    await assert.rejects(connect({ kubeconfig: kubeconfigOf({ server: "http://192.0.2.1:8080" }) }), {
      name: "UserError",
      message: "context test goes to http://192.0.2.1:8080, without TLS",
    });
  });

  it("is refused when the context leads to no server", async () => {
    const file = await inFile(
      kubeconfigOf({ server: "https://192.0.2.1" }).replace('"cluster":"test"', '"cluster":"gone"'),
    );
    await assert.rejects(clusterAddress({ file, context: "test" }), {
      name: "UserError",
      message: "context test names no cluster with a server",
    });
  });
});
