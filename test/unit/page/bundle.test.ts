import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { before, describe, it } from "mocha";
import { bundlePage, type PageBundle } from "../../../src/page/bundle.ts";

describe("the page's bundle", () => {
  let bundle: PageBundle;
  before(async () => {
    bundle = await bundlePage();
  });

  it("is at most 150 KB, compressed", () => {
    const bytes = gzipSync(bundle.script).length + gzipSync(bundle.style).length;
    assert.ok(bytes > 10_000 && bytes < 150_000, `${bytes} bytes`);
  });

  it("asks for nothing that it has not in itself", () => {
    assert.doesNotMatch(bundle.style, /@import|url\(/);
    assert.doesNotMatch(bundle.script, /\bimport\s*\(|\brequire\s*\(|\beval\s*\(|new Function/);
  });
});
