import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, it } from "mocha";
import { newState, pageProject } from "../../../../src/page/server/state.ts";
import { PageStore } from "../../../../src/page/server/store.ts";
import { MOST_VIEWERS, Viewers } from "../../../../src/page/server/viewers.ts";
import { fakeProject } from "../../../support/fakes.ts";
import { type Loopback, listenOnLoopback } from "../../../support/loopback.ts";
import { until } from "../../../support/until.ts";

const MEBIBYTE = 1024 * 1024;

describe("viewers", () => {
  let store: PageStore;
  let viewers: Viewers;
  let server: Loopback;
  let responses: ServerResponse[];

  beforeEach(async () => {
    store = new PageStore(newState(pageProject(fakeProject(), false), null));
    viewers = new Viewers(store);
    responses = [];
    server = await listenOnLoopback(
      createServer((_request, response) => {
        responses.push(response);
        if (!viewers.add(response)) response.writeHead(503).end();
      }),
    );
  });
  afterEach(() => server.close());

  /** Asks, and reads what comes into `read` once it is resumed. */
  function viewer(read: string[]): Socket {
    const socket = connect(server.port, "127.0.0.1");
    socket.setEncoding("utf8");
    socket.on("data", (text) => read.push(String(text)));
    socket.pause();
    socket.write("GET /events HTTP/1.1\r\nHost: page\r\n\r\n");
    return socket;
  }

  const say = (why: string) => store.change({ cluster: { answers: false, since: "now", why } });

  it("who read slowly keep nobody's memory, and get the whole state once they read again", async () => {
    const read: string[] = [];
    const socket = viewer(read);
    await until(() => viewers.count === 1, { everyMs: 1 });
    let most = 0;
    for (let at = 0; at < 60; at++) {
      say(String(at).repeat(MEBIBYTE / 2));
      most = Math.max(most, responses[0]?.writableLength ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(most < 6 * MEBIBYTE, `${most} bytes waited`);
    say("the last word");
    socket.resume();
    await until(() => read.join("").includes('"the last word"'), { everyMs: 5 });
    const states = read.join("").match(/data: {"event":"state"/g) ?? [];
    assert.equal(states.length, 2);
    socket.destroy();
  });

  it("who leave are forgotten", async () => {
    const sockets = [viewer([]), viewer([])];
    await until(() => viewers.count === 2, { everyMs: 1 });
    for (const socket of sockets) socket.destroy();
    await until(() => viewers.count === 0, { everyMs: 1 });
  });

  it("are so many and no more", async () => {
    const sockets = Array.from({ length: MOST_VIEWERS }, () => viewer([]));
    await until(() => viewers.count === MOST_VIEWERS, { everyMs: 1 });
    const answer = await fetch(server.url);
    assert.equal(answer.status, 503);
    for (const socket of sockets) socket.destroy();
  });
});
