import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";

const root = new URL("../../../", import.meta.url);

describe("docs/security.md", () => {
  const text = readFileSync(new URL("docs/security.md", root), "utf8");

  it("names tests that are there", () => {
    const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = ""]) => file);
    assert.ok(named.length > 30, `${named.length} tests`);
    for (const file of named) assert.ok(existsSync(new URL(file, root)), file);
  });

  it("links to documents that are there", () => {
    for (const [, file = ""] of text.matchAll(/\]\(([\w./-]+\.md)/g))
      assert.ok(existsSync(new URL(`docs/${file}`, root)), file);
  });
});
