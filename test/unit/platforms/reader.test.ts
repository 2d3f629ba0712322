import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { z } from "zod";
import { type Access, type Reader, readerOf } from "../../../src/platforms/reader.ts";
import { type Answers, type FakePlatform, refused, servePlatform } from "../../support/platforms.ts";

const TOKEN = "a-token-of-the-test";
const names = z.object({ names: z.array(z.string()) });

let platform: FakePlatform | undefined;
afterEach(() => platform?.close());

/** A reader of a platform whose API is below a path, as on a server of one's own. */
async function reading(answers: Answers, changed: Partial<Access> = {}): Promise<Reader> {
  platform = await servePlatform(answers, "/api/v3");
  return readerOf({
    api: new URL(platform.url),
    token: TOKEN,
    headers: { "X-Version": "1" },
    pageSize: 2,
    signal: new AbortController().signal,
    ...changed,
  });
}

const listOf = (reader: Reader) => reader.list(["list"], names, (page) => page.names);

/** A page of a list, and where the next one is. */
const page =
  (all: readonly string[], link?: (host: string) => string): Answers[string] =>
  ({ headers }, response) => {
    if (link) response.setHeader("Link", link(`http://${headers.host}`));
    response.end(JSON.stringify({ names: all }));
  };

describe("reading a platform", () => {
  it("sends the token and what the platform wants, and gives what was asked for alone", async () => {
    const reader = await reading({ "/thing": { name: "a", other: "b" } });
    const read = await reader.object(["thing"], z.object({ name: z.string() }));
    assert.deepEqual(read, { value: { name: "a" } });
    const { method, headers } = platform?.requests[0] ?? {};
    assert.deepEqual(
      [method, headers?.authorization, headers?.["x-version"]],
      ["GET", `Bearer ${TOKEN}`, "1"],
    );
  });

  it("keeps each name one part of the path", async () => {
    const reader = await reading({ "/a%2Fb/c%3Fd%23": { name: "a" } });
    assert.deepEqual(await reader.object(["a/b", "c?d#"], z.object({ name: z.string() })), {
      value: { name: "a" },
    });
  });

  it("reads a list to its last page", async () => {
    const reader = await reading({
      "/list": (request, response) => {
        const last = request.url?.includes("&page=2");
        const next = page(last ? ["c"] : ["a", "b"], (host) =>
          last
            ? `<${host}/api/v3/list?page=1>; rel="prev"`
            : `<${host}/api/v3/list?page=0>; rel="first", <${host}/api/v3/list?per_page=2&page=2>; rel="next"`,
        );
        if (typeof next === "function") next(request, response);
      },
    });
    assert.deepEqual(await listOf(reader), { value: ["a", "b", "c"] });
    assert.equal(platform?.requests[0]?.url, "/api/v3/list?per_page=2");
    assert.equal(platform?.requests.length, 2);
  });

  it("follows no list without an end", async () => {
    const reader = await reading({ "/list": page(["a"], (host) => `<${host}/api/v3/list>; rel="next"`) });
    assert.deepEqual(await listOf(reader), { unreadable: "more than 20 pages" });
    assert.equal(platform?.requests.length, 20);
  });

  it("takes the token to no other server, and to nothing beside the API", async () => {
    for (const next of ["https://elsewhere.test/api/v3/list", "http://127.0.0.1:1/api/v3/list"]) {
      const reader = await reading({ "/list": page(["a"], () => `<${next}>; rel="next"`) });
      assert.deepEqual(await listOf(reader), { unreadable: `the next page is at ${new URL(next).origin}` });
      await platform?.close();
    }
    const reader = await reading({ "/list": page(["a"], (host) => `<${host}/elsewhere>; rel="next"`) });
    assert.match(JSON.stringify(await listOf(reader)), /the next page is at/);
    assert.equal(platform?.requests.length, 1);
  });

  it("is redirected to another server without the token", async () => {
    const other = await servePlatform({ "/thing": { name: "a" } });
    const reader = await reading({
      "/thing": (_request, response) => response.writeHead(301, { Location: `${other.url}/thing` }).end(),
    });
    try {
      await reader.object(["thing"], z.object({ name: z.string() }));
      assert.equal(other.requests[0]?.headers.authorization, undefined);
    } finally {
      await other.close();
    }
  });

  for (const [what, answer, reason] of [
    ["403", refused(403, { message: "Resource not accessible" }), "403 Resource not accessible"],
    ["404 of GitLab's", refused(404, { message: "404 Project Not Found" }), "404 Project Not Found"],
    ["a scope that is missing", refused(403, { error: "insufficient_scope" }), "403 insufficient_scope"],
    ["a reason that is no text", refused(400, { message: { name: ["is wrong"] } }), "400"],
    ["a page of a proxy's", (_request, response) => response.writeHead(502).end("<html>"), "502"],
    ["no content", (_request, response) => response.writeHead(204).end(), "204"],
    [
      "what is no JSON",
      (_request, response) => response.end("<html>"),
      "an answer of another form: all of it",
    ],
    ["another form", { names: "a" }, "an answer of another form: names"],
    ["a list of another form", { names: ["a", 1] }, "an answer of another form: names.1"],
  ] as [string, Answers[string], string][]) {
    it(`says that it cannot be read: ${what}`, async () => {
      assert.deepEqual(await listOf(await reading({ "/list": answer })), { unreadable: reason });
    });
  }

  it("cuts the platform's words", async () => {
    const reader = await reading({ "/list": refused(403, { message: "x".repeat(10_000) }) });
    assert.deepEqual(await listOf(reader), { unreadable: `403 ${"x".repeat(156)}` });
  });

  it("waits for no answer that does not come", async () => {
    const reader = await reading({ "/list": () => undefined }, { timeoutMs: 50 });
    assert.deepEqual(await listOf(reader), { unreadable: "no answer within 0.05 s" });
  });

  it("takes no answer that is too long", async () => {
    const piece = "x".repeat(1024 * 1024);
    const reader = await reading({
      "/list": (_request, response) => {
        const more = (): void => void response.write(piece, (error) => error ?? more());
        more();
      },
    });
    assert.deepEqual(await listOf(reader), { unreadable: "an answer of more than 4 MiB" });
  });

  it("ends with the command", async () => {
    const stop = new AbortController();
    const reader = await reading({ "/list": () => stop.abort() }, { signal: stop.signal });
    await assert.rejects(listOf(reader), { name: "AbortError" });
  });

  it("says that nobody is there", async () => {
    const reader = await reading({});
    await platform?.close();
    assert.match(JSON.stringify(await listOf(reader)), /ECONNREFUSED/);
  });
});
