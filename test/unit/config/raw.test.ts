import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { z } from "zod";
import { configText, ownValues, valuesOf } from "../../../src/config/raw.ts";

describe("a value of a configuration file", () => {
  const texts: readonly [value: unknown, text: string][] = [
    ["INC-42", "INC-42"],
    ["[INC-42] reason", "[INC-42] reason"],
    [true, "true"],
    [42, "42"],
    [{ previous: 75, canary: 25 }, '{"previous":75,"canary":25}'],
    [["canary-25"], '["canary-25"]'],
  ];
  for (const [value, text] of texts) {
    it(`${JSON.stringify(value)} is the text ${text}, as Pulumi makes it`, () =>
      assert.equal(configText(value), text));
  }
});

describe("the project's own texts", () => {
  it("are those of its namespace, and those of none", () => {
    const all = { "shop:router": "voyager", namespace: "web", "kubernetes:context": "test", "pulumi:x": "1" };
    assert.deepEqual(ownValues(all, "shop"), { router: "voyager", namespace: "web" });
  });
});

describe("a text of the configuration", () => {
  const shape = {
    reason: z.string().min(1).optional(),
    name: z.string().regex(/^[a-z]+$/),
    router: z.enum(["voyager", "replicas"]),
    shares: z.strictObject({ previous: z.int() }),
    stages: z.array(z.string()).default([]),
    cluster: z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("a") })]).optional(),
    count: z.int(),
    isOn: z.boolean(),
  };
  const read = (key: keyof typeof shape, text: string): unknown => valuesOf({ [key]: text }, shape)[key];

  it("stays a text where the schema wants one, whatever it begins with", () => {
    for (const text of ["[INC-42] reason", '["INC-42"]', '{"a":1}', "{", "4711", "true", "null"])
      assert.equal(read("reason", text), text);
    assert.equal(read("name", "[1]"), "[1]");
    assert.equal(read("router", "[1]"), "[1]");
  });

  it("is read as JSON where the schema wants anything else", () => {
    assert.deepEqual(read("shares", '{"previous":75}'), { previous: 75 });
    assert.deepEqual(read("stages", '["a","b"]'), ["a", "b"]);
    assert.deepEqual(read("cluster", '{"kind":"a"}'), { kind: "a" });
    assert.equal(read("count", "3"), 3);
    assert.equal(read("isOn", "true"), true);
  });

  it("is itself where it is no JSON, or no key of the schema: the schema then says what is wrong", () => {
    assert.equal(read("shares", "[INC-42] reason"), "[INC-42] reason");
    assert.deepEqual(valuesOf({ other: "[1]" }, shape), { other: "[1]" });
  });

  it("may be a value already", () => {
    assert.deepEqual(valuesOf({ shares: { previous: 1 }, count: 2 }, shape), {
      shares: { previous: 1 },
      count: 2,
    });
  });
});
