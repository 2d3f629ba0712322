import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "mocha";
import { sendOwn, usersOf } from "../../../src/judging/own-requests.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { until } from "../../support/until.ts";

const RELEASE = { previous: "1.0.0", canary: "2.0.0" };

const paced = (perSecond: number) => ({
  release: RELEASE,
  perSecond,
  signal: new AbortController().signal,
});

describe("requests that the command sends itself", () => {
  it("are told from users', and those that failed stay among the users'", () => {
    assert.deepEqual(usersOf({ requests: 1030, failed: 8 }, 20), { requests: 1010, failed: 8 });
    // Who counts is a scrape behind what was answered already.
    assert.deepEqual(usersOf({ requests: 10, failed: 1 }, 20), { requests: 1, failed: 1 });
  });

  it("count by the version that answered; one without a version, or with an error, has failed", async () => {
    let asked = 0;
    const server = await listenOnLoopback(
      createServer((_request, response) => {
        const answers = ["1.0.0", "2.0.0", "2.0.0", "unknown"];
        const body = answers[asked++ % 5];
        if (body === undefined) response.writeHead(503).end();
        else response.end(body);
      }),
    );
    const target = { url: server.url, rule: {}, versions: Object.values(RELEASE) };
    const own = sendOwn(target, paced(200));
    await until(() => own.counts().answered.canary >= 4);
    own.stop();
    const { answered, failed, failure } = own.counts();
    assert.ok(answered.previous >= 1 && failed >= 2, JSON.stringify(own.counts()));
    assert.match(failure ?? "", /^status 503$|^an answer of no known version$/);
    await until(() => {
      const { sent, ...counts } = own.counts();
      return sent === counts.failed + counts.answered.canary + counts.answered.previous;
    });
    await server.close();
  });

  it("are bounded where nothing is answered, and given up without being counted", async () => {
    const open = new Set<unknown>();
    const server = await listenOnLoopback(createServer((request) => void open.add(request)));
    const target = { url: server.url, rule: {}, versions: Object.values(RELEASE) };
    const own = sendOwn(target, paced(1000));
    await until(() => open.size === 64);
    own.stop();
    await until(() => own.counts().sent === 0);
    assert.equal(own.counts().failed, 0);
    assert.equal(open.size, 64);
    await server.close();
  });
});
