import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";

const root = new URL("../../../", import.meta.url);
const golden = new URL("test/golden/", root);

/** Every value that a golden object has, as `PATH: VALUE`; entries of lists stand at the list's own path. */
function* valuesIn(value: unknown, path = ""): Generator<string> {
  if (Array.isArray(value)) for (const one of value) yield* valuesIn(one, path);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value))
      yield* valuesIn(inner, path === "" ? key : `${path}.${key}`);
  } else yield `${path}: ${JSON.stringify(value)}`;
}

/** Golden objects; a folder has those of something else. */
const goldenFiles = readdirSync(golden).filter((file) => file.endsWith(".json"));

const declared = new Set(
  goldenFiles.flatMap((file) => [
    ...valuesIn(
      (JSON.parse(readFileSync(new URL(file, golden), "utf8")) as { inputs: object }[]).map(
        ({ inputs }) => inputs,
      ),
    ),
  ]),
);

describe("docs/security-controls.md", () => {
  const text = readFileSync(new URL("docs/security-controls.md", root), "utf8");
  const rows = text.split("\n").flatMap((line) => {
    const [, control = "", state, by = ""] =
      /^\| (.+?) \| (met|open|see|cluster's) \| (.+) \|$/.exec(line) ?? [];
    return state === undefined ? [] : [{ control, state, by }];
  });

  it("says of every control whether it is met", () => {
    assert.ok(rows.length > 40, `${rows.length} rows`);
    const others = text
      .split("\n")
      .filter((line) => line.startsWith("| ") && !/^\| (control|---)/.test(line));
    assert.equal(others.length, rows.length);
  });

  for (const { control, by } of rows.filter(({ state }) => state === "met")) {
    const values = [...by.matchAll(/`([\w./-]+: [^`]+)`/g)].map(([, value = ""]) => value);
    if (values.length === 0) continue;
    it(`is held by what is declared: ${control}`, () => {
      for (const value of values) assert.ok(declared.has(value), value);
    });
  }

  it("names files that are there", () => {
    for (const [, file = ""] of text.matchAll(/`((?:test|docs|src)\/[\w./-]+)`/g))
      readFileSync(new URL(file, root));
  });
});
