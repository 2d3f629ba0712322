import assert from "node:assert/strict";
import { mock } from "node:test";
import { afterEach, describe, it } from "mocha";
import { askPreview, begin, cancel } from "../../../../src/page/client/requests.ts";
import { PREVIEW } from "../../../support/page/preview.ts";

const REFUSED = { message: "canary-100 is not next.", hint: "Look at the status." };

describe("what the page asks its server", () => {
  afterEach(() => mock.restoreAll());
  const answering = (status: number, body: unknown) =>
    mock.method(globalThis, "fetch", async () => new Response(JSON.stringify(body), { status })).mock;
  const silent = () =>
    mock.method(globalThis, "fetch", () => Promise.reject(new TypeError("Failed to fetch")));

  it("is a stage's preview, by its name", async () => {
    const asked = answering(200, PREVIEW);
    assert.deepEqual(await askPreview("canary-100 & more"), PREVIEW);
    assert.equal(asked.calls[0]?.arguments[0], "/preview?stage=canary-100%20%26%20more");
  });

  it("is an action, with the header that allows it", async () => {
    const asked = answering(202, { id: "a1" });
    const request = { kind: "promote", stage: "canary-100", confirmation: "canary-100" } as const;
    assert.equal(await begin(request, "csrf"), undefined);
    const [path, options] = (asked.calls[0]?.arguments ?? []) as unknown as [string, RequestInit];
    assert.equal(path, "/actions");
    assert.deepEqual(options.headers, { "content-type": "application/json", "x-canary-csrf": "csrf" });
    assert.deepEqual(JSON.parse(String(options.body)), request);
  });

  it("is an action's end, by its id", async () => {
    const asked = answering(202, {});
    assert.equal(await cancel("a/1", "csrf"), undefined);
    assert.equal(asked.calls[0]?.arguments[0], "/actions/a%2F1/cancel");
  });

  it("may be refused, in the server's words", async () => {
    answering(409, REFUSED);
    assert.deepEqual(await cancel("a1", "csrf"), REFUSED);
    assert.deepEqual(await askPreview("canary-100"), { refused: REFUSED });
  });

  it("may be refused by something that says nothing of it", async () => {
    mock.method(globalThis, "fetch", async () => new Response("<html>", { status: 502 }));
    assert.match((await cancel("a1", "csrf"))?.message ?? "", /did not say why/);
  });

  it("may find nobody", async () => {
    silent();
    assert.deepEqual(await cancel("a1", "csrf"), {
      message: "canary page does not answer.",
      hint: "Look at the terminal in which it runs.",
    });
    assert.ok("refused" in (await askPreview("canary-100")));
  });
});
