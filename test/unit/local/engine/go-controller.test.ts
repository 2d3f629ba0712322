import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { documentsOf } from "../../../../local/engine/go-controller.ts";

describe("definitions of a controller", () => {
  it("are all documents of a file but its comments", () => {
    assert.deepEqual(documentsOf("# generated\n---\na: 1\n---\nb: 'two\n  lines'\n"), [
      { a: 1 },
      { b: "two lines" },
    ]);
  });

  it("may have quoted texts that go on no deeper than their key, as Go takes them", () => {
    const text = "spec:\n  description: 'it''s of\n  an object. More info: here'\n  type: string\n";
    assert.deepEqual(documentsOf(text), [
      { spec: { description: "it's of an object. More info: here", type: "string" } },
    ]);
  });

  it("are refused where they are no YAML", () => {
    assert.throws(() => documentsOf("a: 'open\nb: [1\n"), /Missing closing/);
  });
});
