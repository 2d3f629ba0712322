import assert from "node:assert/strict";
import { Agent, createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { isIP } from "node:net";
import { afterEach, describe, it } from "mocha";
import { generate } from "selfsigned";
import { type HttpRequest, request, SHORT_ANSWER } from "../../../src/http/request.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

const HOST = "shop.example.com";
const closing: (() => Promise<void>)[] = [];
let kept: Agent | undefined;

afterEach(async () => {
  kept?.destroy();
  kept = undefined;
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function listening(server: Server): Promise<number> {
  const { port, close } = await listenOnLoopback(server);
  closing.push(close);
  return port;
}

const serve = async (listener: RequestListener): Promise<URL> =>
  new URL(`http://127.0.0.1:${await listening(createServer(listener))}/`);

/** @param notAfterDate when the certificate ends; in a year without it */
const identity = (name: string, notAfterDate?: Date) =>
  generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    ...(notAfterDate && { notBeforeDate: new Date(0), notAfterDate }),
    extensions: [
      { name: "subjectAltName", altNames: [isIP(name) ? { type: 7, ip: name } : { type: 2, value: name }] },
    ],
  });

/** Answers with the name that the handshake asked for, and the Host header. */
async function serveTls(name = HOST, notAfterDate?: Date): Promise<{ port: number; cert: string }> {
  const { cert, private: key } = await identity(name, notAfterDate);
  const server = createTlsServer({ cert, key }, ({ headers, socket }, response) => {
    const { servername } = socket as unknown as { servername: string };
    response.end(`${servername} ${headers.host}`);
  });
  return { port: await listening(server), cert };
}

describe("a request", () => {
  it("gives the answer of any status, with its headers", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(503, { "X-Version": "1" }).end("away");
    });
    const { status, headers, text } = await request(url);
    assert.deepEqual([status, headers["x-version"], text], [503, "1", "away"]);
  });

  it("sends its method, headers and body", async () => {
    const url = await serve((incoming, response) => {
      const { method, headers } = incoming;
      response.write(`${method} ${headers["x-a"]} `);
      incoming.pipe(response);
    });
    const { text } = await request(url, { method: "POST", headers: { "X-A": "b" }, body: "body" });
    assert.equal(text, "POST b body");
  });

  it("ends when the whole answer has not come in time, however lively it drips", async () => {
    const url = await serve((_request, response) => {
      const drip = setInterval(() => response.write("."), 10);
      response.on("close", () => clearInterval(drip));
    });
    await assert.rejects(request(url, { timeoutMs: 150 }), { message: "no answer within 0.15 s" });
  });

  it("ends when it is told to", async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    await assert.rejects(request(url, { signal: stop.signal }), { name: "AbortError" });
  });

  it("takes no answer without an end to its size", async () => {
    const piece = Buffer.alloc(1024 * 1024);
    const url = await serve((_request, response) => {
      const more = (): void => void response.write(piece, (error) => error ?? more());
      more();
    });
    await assert.rejects(request(url), { message: "an answer of more than 32 MiB" });
    await assert.rejects(request(url, { mostBytes: SHORT_ANSWER }), {
      message: "an answer of more than 1 MiB",
    });
  });
});

describe("a kept connection that the server resets", () => {
  /** Resets each connection at its second request. */
  async function resetting() {
    const connections = new Set<unknown>();
    const arrived: string[] = [];
    const url = await serve((incoming, response) => {
      arrived.push(incoming.method ?? "");
      if (connections.has(incoming.socket)) return void incoming.socket.resetAndDestroy();
      connections.add(incoming.socket);
      response.end();
    });
    kept = new Agent({ keepAlive: true });
    return { url, arrived, keeping: kept };
  }

  async function sentAfterARead(method: string, options: HttpRequest = {}) {
    const { url, arrived, keeping } = await resetting();
    const connection = { kept: keeping };
    await request(url, { connection });
    await request(url, { ...options, method, connection });
    return arrived.slice(1);
  }

  it("has a read sent once more", async () => {
    assert.deepEqual(await sentAfterARead("GET"), ["GET", "GET"]);
  });

  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    it(`is not used for a ${method}, which goes out once, on a connection of its own`, async () => {
      assert.deepEqual(await sentAfterARead(method, { body: "{}" }), [method]);
    });

    it(`has no ${method} sent once more, where somebody else's agent has kept it`, async () => {
      const { url, arrived, keeping } = await resetting();
      const connection = { agent: keeping };
      await request(url, { connection });
      const written = request(url, { method, body: "{}", connection });
      await assert.rejects(written, { code: "ECONNRESET" });
      assert.deepEqual(arrived, ["GET", method]);
    });
  }
});

describe("redirects", () => {
  const redirecting = (location: string, status = 307): RequestListener => {
    return ({ url, headers }, response) => {
      if (url === "/") response.writeHead(status, { Location: location }).end("moved");
      else response.end(`${url} ${headers.authorization ?? "nobody"}`);
    };
  };

  it("are the answer unless they are to be followed", async () => {
    const { status, text } = await request(await serve(redirecting("/there")));
    assert.deepEqual([status, text], [307, "moved"]);
  });

  it("are followed by a read, with its credentials on the same server alone", async () => {
    const headers = { Authorization: "Bearer a" };
    const options = { redirects: 1, headers };
    assert.equal((await request(await serve(redirecting("/there")), options)).text, "/there Bearer a");
    const other = await serve(redirecting("/"));
    const elsewhere = await serve(redirecting(new URL("/there", other).href));
    assert.equal((await request(elsewhere, options)).text, "/there nobody");
  });

  it("are not followed by a write", async () => {
    const written = await request(await serve(redirecting("/there")), { redirects: 5, method: "POST" });
    assert.equal(written.status, 307);
  });

  it("come to an end", async () => {
    const url = await serve(redirecting("/"));
    await assert.rejects(request(url, { redirects: 3 }), /redirects more than 3 times$/);
  });

  it("do not lead out of TLS", async () => {
    const { cert, private: key } = await identity("localhost");
    const server = createTlsServer({ cert, key }, redirecting("http://localhost/there"));
    const url = new URL(`https://localhost:${await listening(server)}/`);
    const address = { host: "127.0.0.1", port: Number(url.port) };
    await assert.rejects(request(url, { redirects: 1, connection: { address, ca: cert } }), /, without TLS$/);
  });
});

describe("a request to another address than its host's", () => {
  it("names the host in the handshake and in the request, and verifies that name", async () => {
    const { port, cert } = await serveTls();
    const address = { host: "127.0.0.1", port };
    const answer = await request(new URL(`https://${HOST}/`), { connection: { address, ca: cert } });
    assert.equal(answer.text, `${HOST} ${HOST}`);
    const other = request(new URL("https://www.example.com/"), { connection: { address, ca: cert } });
    await assert.rejects(other, { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("takes no certificate that nobody vouches for, unless that was asked for", async () => {
    const { port } = await serveTls();
    const address = { host: "127.0.0.1", port };
    const url = new URL(`https://${HOST}/`);
    await assert.rejects(request(url, { connection: { address } }), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    const { text } = await request(url, { connection: { address, acceptSelfSigned: true } });
    assert.equal(text, `${HOST} ${HOST}`);
  });

  it("verifies an IP address, which no handshake may name, by the address that was asked for", async () => {
    const { port, cert } = await serveTls("192.0.2.1");
    const connection = { address: { host: "127.0.0.1", port }, ca: cert };
    const { text } = await request(new URL("https://192.0.2.1/"), { connection });
    assert.equal(text, "false 192.0.2.1");
    await assert.rejects(request(new URL("https://192.0.2.2/"), { connection }), {
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
  });

  it("takes no certificate that has ended, self-signed or not", async () => {
    const { port } = await serveTls(HOST, new Date(86_400_000));
    const connection = { address: { host: "127.0.0.1", port }, acceptSelfSigned: true };
    await assert.rejects(request(new URL(`https://${HOST}/`), { connection }), /^Error: CERT_HAS_EXPIRED$/);
  });

  it("takes no self-signed certificate for another name", async () => {
    const { port } = await serveTls("other.example.com");
    const connection = { address: { host: "127.0.0.1", port }, acceptSelfSigned: true };
    await assert.rejects(request(new URL(`https://${HOST}/`), { connection }), {
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
  });
});
