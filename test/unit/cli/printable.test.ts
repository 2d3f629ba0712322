import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parse } from "yaml";
import {
  oneLine,
  printable,
  printableInColour,
  printableJson,
  shown,
} from "../../../src/cli/print/printable.ts";
import { printableYaml } from "../../../src/cli/print/yaml.ts";

const CLEAR = "\u001b[2J\u001b[H";
const LINK = "\u001b]8;;http://evil.test\u0007here\u001b]8;;\u0007";

/** Whether a terminal could act on any character: newline and tab are all that is left of its controls. */
const isHarmless = (text: string): boolean =>
  [...text].every(
    (one) => /[\n\t]/.test(one) || !/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.test(one),
  );

describe("a text from outside", () => {
  it("is shown as it is where it is plain, in any language", () => {
    for (const text of ["alice@laptop:4711", "Straße 東京 → 100 %", "a\nb\tc", "👩‍💻"])
      assert.equal(printable(text), text);
  });

  it("loses escape sequences, and any other control character is seen to be gone", () => {
    assert.equal(printable(`a${CLEAR}b`), "ab");
    assert.equal(printable(`${LINK}`), "here");
    assert.equal(printable("a\u009b31mb"), "ab");
    assert.equal(printable("done\rFAILED\b\u0007\u0000"), "done�FAILED���");
    assert.equal(printable("a\u202ecba\u2066\u2069"), "a�cba��");
    assert.equal(printable("a\r\nb"), "a\nb");
  });

  it("is one line where it stands in one", () => {
    assert.equal(oneLine(" bob\nlock    free\n\tx "), "bob lock    free x");
  });

  it("is harmless whatever it is", () => {
    const any = fc.string({ unit: "binary" });
    fc.assert(fc.property(any, (text) => isHarmless(printable(text)) && !/[\n\t]/.test(oneLine(text))));
    const sequence = fc.array(
      fc.constantFrom("\u001b", "[", "]", "3", "1", "m", ";", "\u009b", "\u0007", "\u0090"),
    );
    fc.assert(fc.property(sequence, (parts) => isHarmless(printable(parts.join("")))));
  });
});

describe("a text with colours", () => {
  it("keeps them, and loses everything else that a terminal acts on", () => {
    assert.equal(printableInColour(`\u001b[31mred\u001b[39m${CLEAR}x`), "\u001b[31mred\u001b[39mx");
    assert.equal(printableInColour("\u001b[31;5mx\u001b]0;title\u0007"), "x");
  });
});

describe("what is shown of a value", () => {
  it("is the value with every text printable, and nothing else changed", () => {
    const since = new Date();
    const read = () => "x";
    const value = {
      name: `bob${CLEAR}\nfree`,
      since,
      read,
      list: [{ "a\u001b[1m": 1 }],
      none: null,
      un: undefined,
    };
    assert.deepEqual(shown(value), {
      name: "bob free",
      since,
      read,
      list: [{ a: 1 }],
      none: null,
      un: undefined,
    });
    assert.equal(value.list[0]?.["a\u001b[1m"], 1, "the value itself was changed");
  });
});

describe("JSON", () => {
  it("is exact, and harmless", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const json = printableJson({ text });
        return isHarmless(json) && (JSON.parse(json) as { text: string }).text === text;
      }),
    );
    assert.match(printableJson("\u001b[2J\u009b\u202e"), /^"\\u001b\[2J\\u009b\\u202e"$/);
  });
});

describe("YAML", () => {
  it("is exact, and harmless", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (entries) => {
        const yaml = printableYaml(new Map(entries));
        return isHarmless(yaml) && isDeepStrictEqual(parse(yaml, { mapAsMap: true }), new Map(entries));
      }),
    );
    assert.equal(
      printableYaml({ plain: "x: y", "\u009b": "a\u202e\nb" }),
      'plain: "x: y"\n"\\u009b": "a\\u202e\\nb"\n',
    );
  });
});
