import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, it } from "mocha";
import { gateSchema } from "../../../../src/config/gate.ts";
import { UserError } from "../../../../src/errors.ts";
import type { EvidenceJson, SharePoint } from "../../../../src/page/contract.ts";
import { exportedHtml, servedHtml } from "../../../../src/page/html.ts";
import { coalesced } from "../../../../src/page/server/coalesced.ts";
import { commandLineOf } from "../../../../src/page/server/command-line.ts";
import { isLoopback, listen, pageServer } from "../../../../src/page/server/listen.ts";
import { pointsOf, withPoint } from "../../../../src/page/server/points.ts";
import { Previews } from "../../../../src/page/server/previews.ts";
import { sessionCookie } from "../../../../src/page/server/session-key.ts";
import { OneTimeToken } from "../../../../src/page/server/sign-in.ts";
import { withLook } from "../../../../src/page/server/soak.ts";
import { newState, pageProject } from "../../../../src/page/server/state.ts";
import { PageStore } from "../../../../src/page/server/store.ts";
import { fakeProject, RELEASE } from "../../../support/fakes.ts";
import { listenOnLoopback } from "../../../support/loopback.ts";
import { until } from "../../../support/until.ts";

const stateOfProject = () => newState(pageProject(fakeProject(), true), "csrf");

describe("isLoopback", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "localhost"])
    it(`is so of ${host}`, () => assert.equal(isLoopback(host), true));
  for (const host of [
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "128.0.0.1",

    "localhost.test",
    "fe80::1",
    "",
  ])
    it(`is not of ${JSON.stringify(host)}`, () => assert.equal(isLoopback(host), false));
});

describe("listening for a page", () => {
  it("says where the port is taken, and what to do", async () => {
    const other = await listenOnLoopback(createServer());
    const server = pageServer({}, () => undefined);
    try {
      await assert.rejects(listen(server, { host: "127.0.0.1", port: other.port }), (error: UserError) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.message, `port ${other.port} of 127.0.0.1 is taken: another page may be open`);
        assert.match(error.hint, /--port 0/);
        return true;
      });
    } finally {
      await other.close();
    }
  });

  it("refuses a certificate that is none before anything listens", () => {
    assert.throws(() => pageServer({ tls: { cert: "none", key: "none" } }, () => undefined), UserError);
  });
});

describe("a one-time token", () => {
  it("can be tried again when a minute has passed since the wrong ones", () => {
    let now = 0;
    const tokens = new OneTimeToken(() => now);
    for (let tried = 0; tried < 5; tried++) assert.equal(tokens.redeem("guess"), "wrong");
    assert.equal(tokens.redeem(tokens.token), "throttled");
    now = 59_999;
    assert.equal(tokens.redeem(tokens.token), "throttled");
    now = 60_001;
    assert.equal(tokens.redeem(tokens.token), "right");
  });
});

describe("the key of cookies", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "key-"));
  });
  after(() => rm(folder, { recursive: true }));
  const page = { directory: "/a", port: 1 };

  it("is its owner's alone, and gives each page another cookie, the same each time", async () => {
    const file = join(folder, "deep", "key");
    const cookie = await sessionCookie(page, file);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, "deep"))).mode & 0o777, 0o700);
    assert.equal(await sessionCookie(page, file), cookie);
    assert.notEqual(await sessionCookie({ ...page, port: 2 }, file), cookie);
    assert.notEqual(await sessionCookie({ ...page, directory: "/b" }, file), cookie);
  });

  it("is made anew after twelve hours, and where others could have read it", async () => {
    const file = join(folder, "old");
    const first = await sessionCookie(page, file);
    const before = new Date(Date.now() - 13 * 3600 * 1000);
    await utimes(file, before, before);
    const second = await sessionCookie(page, file);
    assert.notEqual(second, first);
    await chmod(file, 0o644);
    assert.notEqual(await sessionCookie(page, file), second);
  });

  it("is good for one command where none can be kept", async () => {
    const nowhere = join(folder, "old", "no-folder");
    assert.notEqual(await sessionCookie(page, nowhere), await sessionCookie(page, nowhere));
  });
});

describe("the chart", () => {
  const point = (at: number, requests = 1): SharePoint => ({
    time: new Date(at).toISOString(),
    effective: at,
    applied: null,
    versions: null,
    previous: null,
    canary: { requests, failed: 1 },
  });

  it("never has more points than it may, keeps the newest as they are, and loses no failure", () => {
    let points: readonly SharePoint[] = [];
    for (let at = 0; at < 1_000; at++) {
      points = withPoint(points, point(at), 100);
      assert.ok(points.length <= 100);
    }
    assert.equal(points.at(-1)?.effective, 999);
    assert.deepEqual(
      points.slice(-25).map(({ effective }) => effective),
      Array.from({ length: 25 }, (_, at) => 975 + at),
    );
    const failed = points.reduce((sum, { canary }) => sum + (canary?.failed ?? 0), 0);
    assert.equal(failed, 1_000);
    assert.deepEqual(
      [...points].sort((a, b) => a.time.localeCompare(b.time)),
      points,
    );
  });

  it("begins with what the history tells: each move from its beginning to its end", () => {
    const move = { who: "", move: "promotion", release: RELEASE, measured: null, override: "", seconds: 10 };
    const points = pointsOf([
      { ...move, time: "2026-01-01T00:02:00.000Z", stage: "canary-75", effective: 75, result: "failed" },
      { ...move, time: "2026-01-01T00:01:00.000Z", stage: "canary-75", effective: 75, result: "done" },
      { ...move, time: "2026-01-01T00:00:00.000Z", stage: "canary-25", effective: 25, result: "done" },
    ]);
    assert.deepEqual(
      points.map(({ time, effective }) => [time.slice(14, 19), effective]),
      [
        ["00:10", 25],
        ["01:00", 25],
        ["01:10", 75],
      ],
    );
  });
});

describe("a soak on the page", () => {
  const look = (seconds: number) => ({ seconds }) as EvidenceJson;
  const gate = gateSchema.parse({ stats: ["http://127.0.0.1:1/;csv"], least: "60s", most: "600s" });

  it("keeps its first look and its last, and never more than it may", () => {
    let soak = withLook(null, "canary-25", look(0), gate, 10);
    for (let at = 1; at <= 1_000; at++) soak = withLook(soak, "canary-25", look(at), gate, 10);
    assert.ok(soak.looks.length <= 10);
    assert.deepEqual([soak.looks[0]?.seconds, soak.looks.at(-1)?.seconds], [0, 1_000]);
    assert.deepEqual([soak.leastSeconds, soak.mostSeconds, soak.held], [60, 600, true]);
  });

  it("begins anew at another stage, and when it is judged once more", () => {
    const soak = withLook(withLook(null, "canary-25", look(5), gate), "canary-25", look(10), gate);
    assert.equal(soak.looks.length, 2);
    assert.equal(withLook(soak, "canary-75", look(15), gate).looks.length, 1);
    assert.equal(withLook(soak, "canary-25", look(5), gate).looks.length, 1);
  });
});

describe("the command line of an action", () => {
  const words = { everywhere: ["--stack-dir", "a b"], moves: ["--url", "http://edge"] };
  const confirmation = "";

  it("does the same, with every word quoted for a shell", () => {
    assert.equal(
      commandLineOf({ kind: "abort", reason: "it's $(bad)", confirmation }, words),
      "npx canary abort --yes --reason 'it'\\''s $(bad)' --url http://edge --stack-dir 'a b'",
    );
    assert.equal(
      commandLineOf({ kind: "rollback", stage: "canary-25", confirmation }, words),
      "npx canary rollback canary-25 --yes --url http://edge --stack-dir 'a b'",
    );
    assert.equal(commandLineOf({ kind: "judge", confirmation }, words), "npx canary judge --stack-dir 'a b'");
  });
});

describe("previews", () => {
  it("are made once for all who ask for a stage at a time, and stopped for another stage", async () => {
    const made: string[] = [];
    const previews = new Previews({
      stages: () => ["canary-25", "canary-75"],
      isBusy: () => false,
      commandLine: (stage) => stage,
      make: async (stage, signal) => {
        made.push(stage);
        await delay(60_000, undefined, { signal }).catch(() => signal.throwIfAborted());
        throw new Error("nobody stopped it");
      },
    });
    const first = [previews.of("canary-25"), previews.of("canary-25"), previews.of("canary-25")];
    const second = previews.of("canary-75");
    for (const answer of await Promise.all(first)) assert.match(JSON.stringify(answer), /was stopped/);
    await until(() => made.length === 2, { everyMs: 1 });
    await previews.end();
    assert.match(JSON.stringify(await second), /was stopped/);
    assert.deepEqual(made, ["canary-25", "canary-75"]);
  });
});

describe("the store", () => {
  it("tells what is new, and nothing where nothing is", () => {
    const store = new PageStore(stateOfProject());
    const told: string[] = [];
    const stop = store.listen((json) => told.push(json));
    store.change({ csrf: "csrf", cluster: { answers: true, since: "now", why: null } });
    store.change({ cluster: { answers: true, since: "now", why: null } });
    stop();
    store.change({ csrf: "other" });
    assert.deepEqual(
      told.map((json) => JSON.parse(json)),
      [{ event: "changed", changed: { cluster: { answers: true, since: "now", why: null } } }],
    );
    assert.equal(store.state.csrf, "other");
  });
});

describe("coalesced work", () => {
  it("is done at once, and once for all who ask meanwhile", async () => {
    let done = 0;
    const work = coalesced(async () => {
      done++;
      await delay(5);
    }, 5);
    for (let asked = 0; asked < 100; asked++) work.ask();
    await until(() => done === 1, { everyMs: 1 });
    work.ask();
    await until(() => done === 2, { everyMs: 1 });
    await delay(50);
    assert.equal(done, 2);
    work.end();
    work.ask();
    await delay(20);
    assert.equal(done, 2);
  });
});

describe("an exported page", () => {
  const hostile = '</script><script>alert(1)</script><!-- \u2028 & "';
  const state = {
    ...stateOfProject(),
    cluster: { answers: false, since: hostile, why: hostile },
    csrf: null,
  };
  const bundle = { script: "const end = '</script>';", style: "a::after{content:'</style>'}" };
  const html = exportedHtml({ bundle, state, made: new Date(0) });
  const scripts = [...html.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)];

  it("has the state as JSON, which nothing in it can end", () => {
    assert.equal(scripts.length, 2);
    const [, attributes = "", json = ""] = scripts[0] ?? [];
    assert.match(attributes, /type="application\/json" id="state" data-made="1970-01-01T00:00:00\.000Z"/);
    assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(state)));
  });

  it("runs its own script and no other, and connects to nothing", () => {
    const [, , script = ""] = scripts[1] ?? [];
    const hash = createHash("sha256").update(script).digest("base64");
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(html)?.[1]
      ?.replaceAll("&#39;", "'");
    assert.ok(policy?.includes(`script-src 'sha256-${hash}'`), policy);
    assert.ok(policy?.includes("connect-src 'none'"));
    assert.doesNotMatch(policy ?? "", /unsafe|self|https?:/);
  });

  it("is served with the names of the cluster as texts", () => {
    assert.match(servedHtml('<b>"&'), /<title>&#60;b&#62;&#34;&#38;<\/title>/);
  });
});
