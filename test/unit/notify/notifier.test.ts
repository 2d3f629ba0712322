import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { notifySchema } from "../../../src/config/notify.ts";
import { eventOf, eventText, type ReleaseEvent } from "../../../src/model/event.ts";
import type { HistoryEntry } from "../../../src/model/history.ts";
import { type NotifierOptions, notifierTo } from "../../../src/notify/notifier.ts";
import { scratchFolder } from "../../../src/process/scratch.ts";
import { type Loopback, listenOnLoopback } from "../../support/loopback.ts";

const ENTRY: HistoryEntry = {
  time: "2026-01-02T03:04:05.000Z",
  who: "alice@laptop",
  move: "promotion",
  stage: "canary-75",
  release: { previous: "1.0.0", canary: "1.1.0" },
  effective: 75,
  measured: null,
  override: "",
  result: "done",
  seconds: 31.2,
};

const SOURCE = { app: "shop", namespace: "web" };
const KEY = "k3y-of-the-signature";
const TOKEN = "t0ken-of-prometheus";

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

let directory: string;
let hook: Loopback;
let received: Received[];
/** How the server answers each request, in turn; the last one from then on. */
let answers: ((response: ServerResponse) => unknown)[];

before(async () => {
  directory = await scratchFolder("notify");
  await writeFile(join(directory, "key"), `${KEY}\n`);
  await writeFile(join(directory, "token"), TOKEN);
});

beforeEach(async () => {
  received = [];
  answers = [status(200)];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(response);
  });
  hook = await listenOnLoopback(server);
});
afterEach(() => hook.close());

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): unknown =>
    response.writeHead(code, headers).end();

/** Sends events to the server, and ends. @returns what was not delivered */
async function told(
  events: readonly ReleaseEvent[],
  webhook: object = {},
  more: Partial<NotifierOptions> = {},
): Promise<readonly string[]> {
  const webhooks = notifySchema.parse([{ webhook: `${hook.url}/in/box`, ...webhook }]);
  const delivery = { pausesMs: [5, 10], timeoutMs: 1_000 };
  const notifier = notifierTo(webhooks, {
    source: SOURCE,
    directory,
    kept: [{ file: "token" }],
    delivery,
    ...more,
  });
  for (const event of events) notifier.tell(event);
  return notifier.end();
}

describe("a webhook", () => {
  it("gets each event once and in order, as CloudEvents 1.0 in structured mode, signed", async () => {
    const start: ReleaseEvent = { ...eventOf(ENTRY), kind: "start" };
    assert.deepEqual(await told([start, eventOf(ENTRY)], { secret: { file: "key" } }), []);
    const events = received.map(({ body }) => JSON.parse(body));
    assert.deepEqual(
      events.map(({ type }) => type),
      ["canary-stages.start", "canary-stages.move"],
    );
    const [{ headers, body } = assert.fail()] = received.slice(1);
    const { id, ...event } = events[1];
    assert.deepEqual(event, {
      specversion: "1.0",
      source: "/canary-stages/web/shop",
      type: "canary-stages.move",
      subject: "canary-75",
      time: "2026-01-02T03:04:05.000Z",
      datacontenttype: "application/json",
      data: {
        app: "shop",
        namespace: "web",
        who: "alice@laptop",
        move: "promotion",
        stage: "canary-75",
        release: { previous: "1.0.0", canary: "1.1.0" },
        effective: 75,
        result: "done",
        seconds: 31.2,
      },
    });
    assert.equal(headers["content-type"], "application/cloudevents+json; charset=utf-8");
    assert.equal(headers["webhook-id"], id);
    const signed = `${id}.${headers["webhook-timestamp"]}.${body}`;
    const expected = createHmac("sha256", KEY).update(signed).digest("base64");
    assert.equal(headers["webhook-signature"], `v1,${expected}`);
  });

  it("gets no signature without a key, and Slack a line of its own with nothing of Slack's in it", async () => {
    await writeFile(join(directory, "slack"), `${hook.url}/services/T0/B0/xyz`);
    const failed = eventOf({ ...ENTRY, result: "failed", reason: "<!channel> & more" });
    assert.deepEqual(await told([failed], { webhook: { file: "slack" }, format: "slack" }), []);
    const [{ headers, body } = assert.fail()] = received;
    assert.equal(headers["webhook-signature"], undefined);
    assert.deepEqual(JSON.parse(body), {
      text: "shop in web: the promotion canary-75 by alice@laptop ended as: failed: &lt;!channel&gt; &amp; more",
    });
  });

  it("never gets a secret, whatever a reason has in it", async () => {
    await writeFile(join(directory, "address"), `${hook.url}/services/T0/B0/xyz`);
    const reason = `it said ${KEY} and ${TOKEN} to ${hook.url}/services/T0/B0/xyz`;
    const webhook = { webhook: { file: "address" }, secret: { file: "key" } };
    assert.deepEqual(await told([eventOf({ ...ENTRY, result: "failed", reason })], webhook), []);
    assert.equal(
      JSON.parse(received[0]?.body ?? "").data.reason,
      "it said [secret] and [secret] to [secret]",
    );
  });

  for (const [what, first] of [
    ["500", status(500)],
    ["429, which says how long to wait", status(429, { "retry-after": "0" })],
    ["nothing in time", () => undefined],
    ["a connection that breaks", (response: ServerResponse) => response.destroy()],
  ] as const) {
    it(`is told again after ${what}, with the same id`, async () => {
      answers = [first, first, status(204)];
      assert.deepEqual(await told([eventOf(ENTRY)]), []);
      assert.equal(received.length, 3);
      assert.equal(new Set(received.map(({ body }) => JSON.parse(body).id)).size, 1);
    });
  }

  it("is given up after some attempts, and the next event has its own", async () => {
    answers = [status(503), status(503), status(503), status(200)];
    assert.deepEqual(await told([eventOf(ENTRY), eventOf({ ...ENTRY, stage: "canary-100" })]), [
      "notify[0] was not told of the move of canary-75: it answers 503",
    ]);
    assert.equal(received.length, 4);
  });

  it("is not followed to where it redirects, and not asked again where it refuses", async () => {
    const elsewhere = await listenOnLoopback(createServer(() => assert.fail("followed")));
    answers = [status(302, { location: elsewhere.url })];
    assert.deepEqual(await told([eventOf(ENTRY)]), [
      "notify[0] was not told of the move of canary-75: it answers 302, a redirect, which is not followed",
    ]);
    answers = [status(401)];
    assert.deepEqual(await told([eventOf(ENTRY)]), [
      "notify[0] was not told of the move of canary-75: it answers 401",
    ]);
    assert.equal(received.length, 2);
    await elsewhere.close();
  });

  it("is waited for no longer than patience lasts, and its address stands in no message", async () => {
    answers = [() => undefined];
    const began = performance.now();
    const delivery = { pausesMs: [10_000], timeoutMs: 60_000 };
    const left = await told([eventOf(ENTRY), eventOf(ENTRY)], {}, { patienceMs: 50, delivery });
    assert.ok(performance.now() - began < 5_000);
    assert.deepEqual(left, [
      "notify[0] was not told of the move of canary-75: the time was over",
      "notify[0] was not told of the move of canary-75: the time was over",
    ]);
    await hook.close();
    const [line = ""] = await told([eventOf(ENTRY)]);
    assert.match(line, /ECONNREFUSED/);
    assert.doesNotMatch(line, /in\/box/);
  });

  it("is not told where its address is none, which is said without it", async () => {
    await writeFile(join(directory, "wrong"), "hooks.example/secret");
    assert.deepEqual(await told([eventOf(ENTRY)], { webhook: { file: "wrong" } }), [
      "notify[0] was not told of the move of canary-75: notify[0].webhook holds no address that begins with https://",
    ]);
  });

  it("is not told where its secret cannot be read, which is said", async () => {
    assert.deepEqual(await told([eventOf(ENTRY)], { secret: { file: "none" } }), [
      "notify[0] was not told of the move of canary-75: notify[0].secret.file is none, which cannot be read: ENOENT",
    ]);
    assert.equal(received.length, 0);
  });
});

describe("the event of what was written down", () => {
  it("is a move, an abort, a verdict, or a failure", () => {
    const kindOf = (entry: Partial<HistoryEntry>) => eventOf({ ...ENTRY, ...entry }).kind;
    assert.equal(kindOf({}), "move");
    assert.equal(kindOf({ move: "rollback" }), "move");
    assert.equal(kindOf({ move: "abort" }), "abort");
    assert.equal(kindOf({ result: "judged", move: "judgement" }), "verdict");
    for (const result of ["failed", "does not fit", "cancelled"] as const)
      assert.equal(kindOf({ result }), "failure");
  });
});

describe("the line for people", () => {
  const lineOf = (entry: Partial<HistoryEntry>) => eventText(eventOf({ ...ENTRY, ...entry }), SOURCE);

  it("says who did what to which stage, and why", () => {
    assert.equal(
      eventText({ ...eventOf(ENTRY), kind: "start" }, SOURCE),
      "shop in web: alice@laptop begins the promotion canary-75 of 1.0.0 → 1.1.0",
    );
    assert.equal(
      lineOf({}),
      "shop in web: canary-75 is live, 75 % of the traffic for 1.1.0 (promotion by alice@laptop)",
    );
    assert.equal(
      lineOf({ move: "abort", reason: "it fails" }),
      "shop in web: the canary 1.1.0 is taken out by alice@laptop: it fails",
    );
    assert.equal(lineOf({ move: "abort" }), "shop in web: the canary 1.1.0 is taken out by alice@laptop");
    const counts = { requests: 9, failed: 0 };
    const verdict = {
      decision: "fine",
      looks: 3,
      canary: counts,
      previous: counts,
      evidence: 1,
      bound: 0,
    } as const;
    assert.equal(
      lineOf({ result: "judged", move: "judgement", reason: "fails 0 %", verdict }),
      "shop in web: canary-75 is judged fine: the canary fails 0 %",
    );
  });
});

describe("notify in Pulumi.yaml", () => {
  const problemsOf = (webhook: object) =>
    notifySchema
      .safeParse([webhook])
      .error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`);

  it("takes Slack's address from outside of the project alone, and no key that is of no use", () => {
    assert.deepEqual(problemsOf({ webhook: "https://host/services/T0", format: "slack" }), [
      "0.webhook must be { environment: NAME } or { file: PATH }: who knows a Slack address can write there",
    ]);
    assert.match(
      String(problemsOf({ webhook: { file: "x" }, format: "slack", secret: { file: "y" } })),
      /no signature/,
    );
    assert.match(String(problemsOf({ webhook: "https://a:b@host/" })), /must be an address|password/);
    assert.equal(problemsOf({ webhook: { environment: "SLACK" }, format: "slack" }), undefined);
  });
});
