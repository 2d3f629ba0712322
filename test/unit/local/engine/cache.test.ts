import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir, filledOnce, toolKey } from "../../../../local/engine/cache.ts";

describe("cache of built tools", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cache-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (text: string) => async (temporary: string) => {
    writeFileSync(join(temporary, "tool"), text);
  };

  it("is where XDG says, if that is an absolute path", () => {
    assert.equal(cacheDir({ XDG_CACHE_HOME: "/elsewhere" }), "/elsewhere/canary-stages");
    assert.match(cacheDir({}), /^\/.*\/\.cache\/canary-stages$/);
    assert.equal(cacheDir({ XDG_CACHE_HOME: "relative" }), cacheDir({}));
  });

  it("names a tool by its version and by all modules that go into it", () => {
    // printf 'a\n' | sha256sum
    assert.equal(toolKey("tool", "1.2.3", "a\n"), "tool-1.2.3-87428fc52280");
    assert.notEqual(toolKey("tool", "1.2.3", "b\n"), toolKey("tool", "1.2.3", "a\n"));
  });

  it("is filled once", async () => {
    const target = join(folder, "tools", "one");
    assert.equal(await filledOnce(target, write("first")), target);
    await filledOnce(target, () => assert.fail("filled again"));
    assert.equal(readFileSync(join(target, "tool"), "utf8"), "first");
  });

  it("keeps nothing of a failure", async () => {
    const target = join(folder, "one");
    const fail = async (temporary: string) => {
      await write("half")(temporary);
      throw new Error("compiler says no");
    };
    await assert.rejects(filledOnce(target, fail), /compiler says no/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("lets the first of two win and both go on", async () => {
    const target = join(folder, "one");
    await Promise.all([filledOnce(target, write("a")), filledOnce(target, write("b"))]);
    assert.ok(existsSync(join(target, "tool")));
    assert.deepEqual(readdirSync(folder), ["one"]);
  });
});
