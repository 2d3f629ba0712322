import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json, JsonObject } from "../../../local/provider/json.ts";
import { Struct } from "../../../local/provider/protocol.ts";
import { containsUnknown, decode, encode, isUnknown, UNKNOWN } from "../../../local/provider/values.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

function secret(value: unknown) {
  return { [SIGNATURE]: SECRET, value };
}

describe("property values", () => {
  it("come back from the wire as they were", () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })).filter(isOnTheWire);
    fc.assert(
      fc.property(objects, (value) => {
        const sent = normal(value);
        assert.deepEqual(normal(decode(encode({ value: sent, secrets: [] })).value), sent);
      }),
    );
  });

  it("keep the places of secrets, wrapped once", () => {
    const wire = Struct.fromJavaScript({ a: secret({ b: secret("x") }), list: [1, secret(2)] });
    const bag = decode(wire);
    assert.deepEqual(bag.value, { a: { b: "x" }, list: [1, 2] });
    assert.deepEqual(bag.secrets, [["a"], ["a", "b"], ["list", 1]]);
    assert.deepEqual(encode(bag).toJavaScript(), { a: secret({ b: "x" }), list: [1, secret(2)] });
  });

  it("take an output's value and secrecy, and an unresolved one as unknown", () => {
    const wire = Struct.fromJavaScript({
      known: { [SIGNATURE]: OUTPUT, value: "x", secret: true },
      open: { [SIGNATURE]: OUTPUT },
    });
    assert.deepEqual(decode(wire), { value: { known: "x", open: UNKNOWN }, secrets: [["known"]] });
  });

  it("drop keys whose value is null or undefined, but keep nulls in lists", () => {
    assert.deepEqual(decode(Struct.fromJavaScript({ a: null, b: [null] })).value, { b: [null] });
    assert.deepEqual(encode({ value: { a: undefined, b: 1 }, secrets: [] }).toJavaScript(), { b: 1 });
  });

  it("know an unknown of any type, at any depth", () => {
    assert.ok(isUnknown("6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"));
    assert.ok(containsUnknown({ a: [{ b: UNKNOWN }] }));
    assert.ok(!containsUnknown({ a: [{ b: "text" }] }));
  });

  it("are an empty object when the wire has none", () => {
    assert.deepEqual(decode(undefined), { value: {}, secrets: [] });
  });
});

/** A null says that a key is absent, and protobuf's JavaScript has no key of this name. */
function isOnTheWire(value: unknown): boolean {
  const text = JSON.stringify(value);
  return !text.includes("null") && !text.includes("__proto__");
}

/** Key order and -0 do not survive the wire. */
function normal(value: unknown): JsonObject {
  const sorted = (_: string, item: Json): Json =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  return JSON.parse(JSON.stringify(value, sorted));
}
