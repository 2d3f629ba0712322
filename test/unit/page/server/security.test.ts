import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { OpenedPage } from "../../../support/page/opened-page.ts";

const ABORT = { kind: "abort", confirmation: "abort" } as const;
const PATHS = ["/", "/page.js", "/page.css", "/events", "/preview?stage=canary-25", "/export", "/nothing"];

describe("the page's server, whoever asks", () => {
  let page: OpenedPage;

  beforeEach(async () => {
    page = await (await OpenedPage.open()).enter();
    (await page.look()).leave();
  });
  afterEach(async () => {
    await page.close();
    assert.deepEqual(page.defects, []);
  });

  const statusOf = async (...asked: Parameters<OpenedPage["ask"]>) => (await page.ask(...asked)).status;
  const port = () => new URL(page.origin).port;

  describe("signing in", () => {
    it("takes the token out of the address, and gives a cookie that no script reads and no other site sends", async () => {
      const { status, headers } = await page.ask(`/?token=${page.token}`, { isStranger: true });
      assert.deepEqual([status, headers.location], [303, "/"]);
      const [cookie = ""] = headers["set-cookie"] ?? [];
      assert.match(cookie, /^canary-page-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    });

    it("takes each token once, and then gives out another one", async () => {
      const { token } = page;
      assert.equal(await statusOf(`/?token=${token}`, { isStranger: true }), 303);
      assert.equal(await statusOf(`/?token=${token}`, { isStranger: true }), 401);
      assert.notEqual(page.token, token);
      assert.equal(await statusOf(`/?token=${page.token}`, { isStranger: true }), 303);
    });

    it("makes whoever tries tokens wait, the right one included, and nobody who is in", async () => {
      for (let tried = 0; tried < 5; tried++)
        assert.equal(await statusOf(`/?token=guess${tried}`, { isStranger: true }), 401);
      const { status, headers } = await page.ask(`/?token=${page.token}`, { isStranger: true });
      assert.deepEqual([status, headers["retry-after"]], [429, "60"]);
      assert.equal(await statusOf("/"), 200);
    });

    for (const path of PATHS) {
      it(`gives ${path} to nobody else`, async () => {
        assert.equal(await statusOf(path, { isStranger: true }), 401);
        const headers = { Cookie: page.cookie.replace(/=.*/, "=guess") };
        assert.equal(await statusOf(path, { isStranger: true, headers }), 401);
      });
    }

    it("lets nobody act who is not in, even with the header of actions", async () => {
      const headers = { Origin: page.origin, "Content-Type": "application/json", "X-Canary-CSRF": page.csrf };
      const body = JSON.stringify(ABORT);
      assert.equal(await statusOf("/actions", { method: "POST", headers, body, isStranger: true }), 401);
    });
  });

  describe("names and origins", () => {
    it("answers to this machine's own names at its own port", async () => {
      for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
        assert.equal(await statusOf("/", { headers: { Host: `${name}:${port()}` } }), 200, name);
    });

    it("answers to no other name, which may lead here by DNS", async () => {
      const names = [
        "evil.test",
        "127.0.0.1.evil.test",
        "localhost.evil.test",
        "evil.test@localhost",
        "0.0.0.0",
        "",
      ];
      for (const name of names)
        assert.equal(await statusOf("/", { headers: { Host: `${name}:${port()}` } }), 421, name);
      assert.equal(await statusOf("/", { headers: { Host: "localhost:1" } }), 421);
      assert.equal(await statusOf("/", { headers: { Host: "localhost" } }), 421);
    });

    it("answers no other page, one of another port of this machine included", async () => {
      for (const origin of [
        "https://evil.test",
        "http://localhost:1",
        "null",
        page.origin.replace("http", "https"),
      ])
        assert.equal(await statusOf("/events", { headers: { Origin: origin } }), 403, origin);
      for (const site of ["cross-site", "same-site"])
        assert.equal(
          await statusOf("/preview?stage=canary-25", { headers: { "Sec-Fetch-Site": site } }),
          403,
          site,
        );
    });

    it("can be linked to, its page alone", async () => {
      const headers = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" };
      assert.equal(await statusOf("/", { headers }), 200);
      assert.equal(await statusOf("/preview?stage=canary-25", { headers }), 403);
    });
  });

  describe("actions", () => {
    it("need the header that no other page can send", async () => {
      assert.equal((await page.act(ABORT, "guess")).status, 403);
      const headers = { Origin: page.origin, "Content-Type": "application/json" };
      assert.equal(await statusOf("/actions", { method: "POST", headers, body: JSON.stringify(ABORT) }), 403);
      assert.deepEqual(page.world.engine, []);
    });

    it("need the page that they are of", async () => {
      const action = { method: "POST", body: JSON.stringify(ABORT) };
      const headers = { "Content-Type": "application/json", "X-Canary-CSRF": page.csrf };
      assert.equal(await statusOf("/actions", { ...action, headers }), 403);
      const foreign = { ...headers, Origin: "https://evil.test" };
      assert.equal(await statusOf("/actions", { ...action, headers: foreign }), 403);
      assert.deepEqual(page.world.engine, []);
    });

    it("are JSON and say so, which a form of another page cannot", async () => {
      const headers = { Origin: page.origin, "X-Canary-CSRF": page.csrf };
      const asked = (type: string, body: string) =>
        statusOf("/actions", { method: "POST", headers: { ...headers, "Content-Type": type }, body });
      assert.equal(await asked("text/plain", JSON.stringify(ABORT)), 415);
      assert.equal(await asked("application/json", "{"), 400);
      assert.equal(await asked("application/json", '{"kind":"teardown","confirmation":"teardown"}'), 400);
      assert.equal(
        await asked("application/json", '{"kind":"abort","confirmation":"abort","force":true}'),
        400,
      );
      assert.equal(await asked("application/json", `"${"x".repeat(17_000)}"`), 413);
    });
  });

  it("has no path but its own, and no files behind them", async () => {
    const paths = [
      "/../package.json",
      "/..%2f..%2fetc%2fpasswd",
      "/page.js/../../package.json",
      "//etc/passwd",
      "/%00",
      "/page.js.map",
      "/constructor",
      "/__proto__",
    ];
    for (const path of paths) assert.equal(await statusOf(path), 404, path);
  });

  it("knows GET and HEAD of what is read, and POST of actions", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const { status, headers } = await page.ask("/", { method, headers: { Origin: page.origin } });
      assert.deepEqual([status, headers.allow], [405, "GET, HEAD"], method);
    }
    assert.equal(await statusOf("/actions"), 405);
    const { status, text } = await page.ask("/", { method: "HEAD" });
    assert.deepEqual([status, text], [200, ""]);
  });

  it("forbids on every answer whatever a page does not need", async () => {
    const answers = [
      await page.ask("/"),
      await page.ask("/nothing"),
      await page.ask("/", { isStranger: true }),
      await page.ask("/", { headers: { Host: "evil.test" } }),
    ];
    for (const { headers } of answers) {
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';/);
      assert.match(policy, /frame-ancestors 'none'$/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["access-control-allow-origin"], undefined);
    }
  });
});

describe("the page's server without --control", () => {
  it("is read-only, whatever is sent to it", async () => {
    const page = await (await OpenedPage.open({ control: false })).enter();
    try {
      const viewer = await page.look();
      assert.deepEqual([viewer.state().csrf, viewer.state().project.control], [null, false]);
      assert.deepEqual((await page.act(ABORT, "null")).status, 403);
      assert.deepEqual((await page.act(ABORT, "")).status, 403);
      assert.deepEqual(page.world.engine, []);
    } finally {
      await page.close();
    }
  });
});

describe("the cookie of a page", () => {
  it("is good for the page that it is of, and not for one at another port", async () => {
    const one = await (await OpenedPage.open()).enter();
    const other = await OpenedPage.open();
    try {
      const [, value] = one.cookie.split("=");
      const headers = { Cookie: `canary-page-${new URL(other.origin).port}=${value}` };
      assert.equal((await other.ask("/", { isStranger: true, headers })).status, 401);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });

  it("stays good when the command is started again, so that a page that is left open comes back", async () => {
    const first = await (await OpenedPage.open()).enter();
    const port = Number(new URL(first.origin).port);
    await first.stop();
    const again = await OpenedPage.open({
      address: { host: "127.0.0.1", port },
      project: { ...first.world.project, directory: first.folder },
      keyFile: `${first.folder}/key`,
    });
    try {
      again.cookie = first.cookie;
      assert.equal((await again.ask("/")).status, 200);
    } finally {
      await Promise.all([first.close(), again.close()]);
    }
  });
});
