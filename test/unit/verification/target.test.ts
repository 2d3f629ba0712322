import assert from "node:assert/strict";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, it } from "mocha";
import { generate } from "selfsigned";
import type { Config } from "../../../src/config/stage.ts";
import { evaluateStage } from "../../../src/project/evaluate.ts";
import type { LiveStage, VerificationOptions } from "../../../src/verification/options.ts";
import { probe } from "../../../src/verification/probe.ts";
import { untilSettled } from "../../../src/verification/settling.ts";
import { targetOf } from "../../../src/verification/target.ts";
import { verifyStage } from "../../../src/verification/verification.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { NAMESPACE, RELEASE } from "../../support/fakes.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

const HOST = "shop.example.com";
const INGRESS = `/apis/voyager.appscode.com/v1/namespaces/${NAMESPACE}/ingresses/shop-ingress`;
const ENOUGH = { requests: 200, rule: {}, settleSeconds: 2 };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface EdgeConfig {
  readonly host?: string;
  readonly tls?: { readonly secret: string; readonly redirect: boolean };
}

/** A world at canary-25 whose edge is configured in this way, and whose Ingress tells these ports. */
async function world(edge: EdgeConfig, ports: readonly number[]): Promise<[FakeWorld, LiveStage]> {
  const made = new FakeWorld();
  closing.push(() => made.close());
  await made.at("canary-25");
  const entry = { ip: "127.0.0.1", ports: ports.map((port) => ({ port })) };
  made.api.put(INGRESS, {
    metadata: { name: "shop-ingress" },
    status: { loadBalancer: { ingress: [entry] } },
  });
  const { config, ...evaluated } = await evaluateStage(made.project, "canary-25");
  const stage = { ...evaluated, config: { ...config, edge } as Config };
  return [made, { ...stage, release: RELEASE, intended: evaluated.plan.intended }];
}

/** An edge that serves one host: 75 : 25, by HTTPS with a certificate of its own; by HTTP it redirects there. */
async function edgeWithTls(certificateFor = HOST) {
  const { cert, private: key } = await generate([{ name: "commonName", value: certificateFor }], {
    keyType: "ec",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: certificateFor }] }],
  });
  let count = 0;
  const secure = createServer({ cert, key }, ({ headers, socket }, response) => {
    const { servername } = socket as TLSSocket & { readonly servername: string };
    const isServed = headers.host === HOST && servername === HOST;
    if (!isServed) return void response.writeHead(503).end();
    response.end(count++ % 4 === 0 ? RELEASE.canary : RELEASE.previous);
  });
  const plain = createPlainServer(({ url }, response) => {
    response.writeHead(308, { Location: `https://${HOST}${url}` }).end();
  });
  const servers = [await listenOnLoopback(plain), await listenOnLoopback(secure)];
  closing.push(...servers.map(({ close }) => close));
  return { cert, ports: servers.map(({ port }) => port) };
}

const TLS = { secret: "shop-tls", redirect: true };

describe("the measurement of an edge with a host name", () => {
  it("asks for that host at the edge's address", async () => {
    let count = 0;
    const others: unknown[] = [];
    const server = createPlainServer(({ headers }, response) => {
      if (headers.host === HOST)
        return void response.end(count++ % 4 === 0 ? RELEASE.canary : RELEASE.previous);
      others.push(headers.host);
      response.writeHead(503).end();
    });
    const { port, close } = await listenOnLoopback(server);
    closing.push(close);
    const [{ api }, stage] = await world({ host: HOST }, [port]);
    await untilSettled(api, stage, ENOUGH);
    const found = await verifyStage(api, stage, ENOUGH);
    assert.deepEqual([found.problems, found.url, found.host], [[], `http://127.0.0.1:${port}`, HOST]);
    assert.deepEqual(others, []);
  });
});

describe("the measurement of an edge with TLS", function () {
  // Each request is a handshake of its own: three seconds of processor time for 400, client and server together.
  this.timeout(60_000);

  it("goes by HTTPS, names the host in the handshake, and verifies the certificate", async () => {
    const { cert, ports } = await edgeWithTls();
    const [{ api }, stage] = await world({ host: HOST, tls: TLS }, ports);
    await untilSettled(api, stage, { ...ENOUGH, ca: cert });
    const found = await verifyStage(api, stage, { ...ENOUGH, ca: cert });
    assert.deepEqual([found.problems, found.url, found.host], [[], `https://127.0.0.1:${ports[1]}`, HOST]);
  });

  it("fails with a certificate that nobody vouches for, and says what can be done", async () => {
    const { ports } = await edgeWithTls();
    const [{ api }, stage] = await world({ host: HOST, tls: TLS }, ports);
    const { problems, fits, shares } = await verifyStage(api, stage, { ...ENOUGH, requests: 10 });
    assert.deepEqual([fits, shares.measured], [false, null]);
    assert.match(
      problems.join(),
      /^10 requests failed: self-signed certificate \(name its authority with --ca, .* --accept-self-signed\)$/,
    );
  });

  it("takes a self-signed certificate where that is said, for the right host alone", async () => {
    const self = { acceptSelfSigned: true };
    const { ports } = await edgeWithTls();
    const [{ api }, stage] = await world({ host: HOST, tls: TLS }, ports);
    assert.deepEqual((await verifyStage(api, stage, { ...ENOUGH, ...self })).problems, []);
    const other = await edgeWithTls("www.example.com");
    const [another, sameStage] = await world({ host: HOST, tls: TLS }, other.ports);
    const { problems } = await verifyStage(another.api, sameStage, { ...ENOUGH, ...self, requests: 10 });
    assert.match(problems.join(), /10 requests failed: Hostname\/IP does not match certificate's altnames/);
  });

  it("counts a redirect as the answer that it is", async () => {
    const { ports } = await edgeWithTls();
    const [{ api }, stage] = await world({ host: HOST, tls: TLS }, ports);
    const url = `http://127.0.0.1:${ports[0]}`;
    const target = await targetOf(api, stage, { ...ENOUGH, url });
    assert.deepEqual(await probe(target), { failure: "status 308" });
  });
});

describe("what is asked", () => {
  const asked = async (
    options: Partial<VerificationOptions>,
    edge: EdgeConfig = { host: HOST, tls: TLS },
  ) => {
    const [{ api }, stage] = await world(edge, []);
    const { url, host } = await targetOf(api, stage, { ...ENOUGH, ...options });
    return [url, host];
  };

  it("is the edge's address by the configured scheme, at the usual port where no other is told", async () => {
    assert.deepEqual(await asked({}), ["https://127.0.0.1", HOST]);
    assert.deepEqual(await asked({}, { host: HOST }), ["http://127.0.0.1", HOST]);
    assert.deepEqual(await asked({}, {}), ["http://127.0.0.1", undefined]);
  });

  it("is what the operator names, with the configured host at an address without a name", async () => {
    assert.deepEqual(await asked({ url: "https://192.0.2.1" }), ["https://192.0.2.1", HOST]);
    assert.deepEqual(await asked({ url: "http://[2001:db8::1]:81/a" }), ["http://[2001:db8::1]:81/a", HOST]);
    assert.deepEqual(await asked({ url: "http://www.example.com" }), ["http://www.example.com", undefined]);
    const host = "other.example.com:81";
    assert.deepEqual(await asked({ url: "http://192.0.2.1", host }), ["http://192.0.2.1", host]);
    assert.deepEqual(await asked({ host }), ["https://127.0.0.1", host]);
  });

  it("is refused when it is no address, or no host name", async () => {
    await assert.rejects(asked({ url: "ftp://192.0.2.1" }), {
      message: "--url ftp://192.0.2.1 is no address",
    });
    await assert.rejects(asked({ host: "a host" }), { message: "--host a host is no host name" });
  });
});
