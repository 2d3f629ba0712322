import assert from "node:assert/strict";
import { Agent, createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { sendOnce, versionFinder } from "../../../../bench/load/request.ts";
import { listenOnLoopback } from "../../../support/loopback.ts";

type Classify = Parameters<typeof versionFinder>[0];

/** What becomes of one request to a server. */
async function outcome(listener: RequestListener, classify: Classify = { body: "version (\\S+)" }) {
  const { port, close } = await listenOnLoopback(createServer(listener));
  const answer = await send(port, classify);
  await close();
  return answer;
}

/** What becomes of one request to something that speaks no proper HTTP. */
async function rawOutcome(behave: (socket: Socket) => void) {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => behave(socket));
  });
  const { port, close } = await listenOnLoopback(server);
  const answer = await send(port);
  await close();
  return answer;
}

function send(port: number, classify: Classify = { body: "version (\\S+)" }) {
  return sendOnce({
    url: new URL(`http://127.0.0.1:${port}/`),
    agent: new Agent(),
    headers: {},
    timeoutMs: 200,
    versionOf: versionFinder(classify),
  });
}

describe("sendOnce", () => {
  it("finds the version in the body", async () => {
    assert.deepEqual(await outcome((_, response) => response.end("<h1>version 2.4.18 </h1>")), {
      version: "2.4.18",
    });
  });

  it("finds the version in a header, as a whole or by a pattern", async () => {
    const listener: RequestListener = (_, response) => response.setHeader("X-Version", "app/7").end();
    assert.deepEqual(await outcome(listener, { header: "X-Version" }), { version: "app/7" });
    assert.deepEqual(await outcome(listener, { header: "x-version", match: "app/(\\d)" }), { version: "7" });
  });

  it("takes an answer that does not tell as a version without a name", async () => {
    assert.deepEqual(await outcome((_, response) => response.end("hello")), { version: "" });
  });

  it("tells the ways to fail apart", async () => {
    assert.deepEqual(await outcome((_, response) => response.writeHead(503).end("version 1")), {
      kind: "status",
      detail: "503",
    });
    assert.deepEqual(await outcome(() => undefined), { kind: "timeout", detail: "200 ms" });
    assert.deepEqual(await rawOutcome((socket) => socket.resetAndDestroy()), {
      kind: "reset",
      detail: "ECONNRESET",
    });
    assert.deepEqual(await rawOutcome((socket) => socket.end()), { kind: "reset", detail: "ECONNRESET" });
    assert.deepEqual(
      await rawOutcome((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nversion")),
      {
        kind: "truncated",
        detail: "ECONNRESET",
      },
    );
    const { port, close } = await listenOnLoopback(createServer());
    await close();
    assert.deepEqual(await send(port), { kind: "refused", detail: "ECONNREFUSED" });
  });
});
