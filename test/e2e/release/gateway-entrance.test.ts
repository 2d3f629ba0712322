import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { generate } from "selfsigned";
import { request } from "../../../src/http/request.ts";
import { until } from "../../support/until.ts";
import { administrator, gatewayEdge, makeProject, type TestProject } from "../support/environment.ts";
import { found, moveTo } from "../support/move.ts";
import { canary } from "../support/project.ts";
import { TEST_APPLICATION } from "../support/test-application.ts";

const NAMESPACE = "e2e-gateway-entrance";
const HOST = "shop.example.com";
const PREVIEW = "preview.example.com";
const APP = { ...TEST_APPLICATION, drainSeconds: 3, startSeconds: 30 };
const RELEASE = { previous: "1.0.0", canary: "2.0.0" };

/** Host names, TLS, redirect, path and timeouts, on real Contour and Envoy. */
describe("the entrance of a route", function () {
  this.timeout(300_000);
  let project: TestProject;
  let authority: string;
  let certificate: string;
  let edge: Awaited<ReturnType<typeof gatewayEdge>>;

  before(async () => {
    project = await makeProject(NAMESPACE);
    edge = await gatewayEdge({ namespace: NAMESPACE, name: APP.name });
    authority = join(project.workspace.directory, "authority.pem");
    await project.edit("Pulumi.yaml", { router: "gateway", edge: edgeWith({}), app: APP, release: RELEASE });
    await found(project);
    const { cert, private: key } = await generate([{ name: "commonName", value: HOST }], {
      extensions: [
        { name: "subjectAltName", altNames: [HOST, PREVIEW].map((value) => ({ type: 2, value })) },
      ],
    });
    certificate = cert;
    await writeFile(authority, cert);
    await (await administrator()).send("POST", `/api/v1/namespaces/${NAMESPACE}/secrets`, {
      type: "application/json",
      content: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "shop-tls", namespace: NAMESPACE },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": cert, "tls.key": key },
      },
    });
    await moveTo(project, "canary-25");
  });

  const edgeWith = (values: object) => ({
    gateway: { class: "contour" },
    envoy: [edge.statsUrl],
    host: HOST,
    previewHost: PREVIEW,
    tls: { secret: "shop-tls" },
    timeouts: { request: "5s" },
    ...values,
  });

  /** Asks by a host name at the edge's own address. */
  async function ask(scheme: "http" | "https", host: string, path: string) {
    const url = new URL(scheme === "https" ? edge.httpsUrl : edge.url);
    const port = Number(url.port || (scheme === "https" ? 443 : 80));
    return request(new URL(`${scheme}://${host}${path}`), {
      connection: { address: { host: url.hostname, port }, ca: certificate },
    });
  }

  it("serves its host by HTTPS, and no other", async () => {
    await until(async () => (await ask("https", HOST, "/").catch(() => undefined))?.status === 200);
    await assert.rejects(ask("https", "www.example.com", "/"));
  });

  it("sends HTTP to HTTPS", async () => {
    const { status, headers } = await ask("http", HOST, "/cart?a=b");
    assert.deepEqual([status, headers.location], [301, `https://${HOST}/cart?a=b`]);
  });

  it("shows the canary alone at the preview host", async () => {
    const versions = new Set<unknown>();
    for (let count = 0; count < 20; count++)
      versions.add((await ask("https", PREVIEW, "/")).headers["x-version"]);
    assert.deepEqual([...versions], [RELEASE.canary]);
  });

  it("has nothing to change in a second run", async () => {
    const { exitCode, output } = await project.pulumi("preview", "--expect-no-changes", "-s", "canary-25");
    assert.equal(exitCode, 0, output);
  });

  it("is promoted and measured by the command, by HTTPS for that host", async () => {
    const words = ["promote", "canary-75", "--yes", "--ca", authority];
    const { exitCode, stdout, stderr } = await canary(project, ...words);
    assert.equal(exitCode, 0, stdout + stderr);
  });

  it("serves what is below its path alone", async () => {
    await project.edit("Pulumi.yaml", { edge: edgeWith({ pathPrefix: "/healthz" }) });
    await moveTo(project, "canary-25");
    const statusOf = async (path: string) => (await ask("https", HOST, path)).status;
    assert.deepEqual(
      [await statusOf("/healthz"), await statusOf("/"), await statusOf("/healthzy")],
      [200, 404, 404],
    );
  });

  it("gives an answer up that takes too long", async () => {
    await project.edit("Pulumi.yaml", {
      edge: edgeWith({ pathPrefix: "/slow", timeouts: { request: "500ms" } }),
    });
    await moveTo(project, "canary-75");
    assert.equal((await ask("https", HOST, "/slow?seconds=3")).status, 504);
  });
});
