import assert from "node:assert/strict";
import { backendWeight, booleanAnnotation, options, timeouts } from "../../../../local/edge/annotations.ts";

function annotated(name: string, value: string): Record<string, string> {
  return { [`ingress.appscode.com/${name}`]: value };
}

describe("backendWeight", () => {
  const cases: [text: string, weight: number | undefined][] = [
    ["0", 0],
    ["75", 75],
    ["+5", 5],
    ["300", 300],
    ["-1", undefined],
    ["", 0],
    ["many", 0],
    ["7.5", 0],
    [" 7", 0],
    ["0x10", 0],
  ];
  for (const [text, weight] of cases) {
    it(`reads "${text}" as ${weight ?? "none"}`, () => {
      assert.equal(backendWeight(annotated("backend-weight", text)), weight);
    });
  }

  it("is undefined without the annotation", () => {
    assert.equal(backendWeight({}), undefined);
    assert.equal(backendWeight(undefined), undefined);
  });
});

describe("options", () => {
  it("are http-server-close and dontlognull by default", () => {
    const byDefault = [
      ["dontlognull", true],
      ["http-server-close", true],
    ];
    assert.deepEqual(options({}), byDefault);
    for (const none of ["{}", "not JSON", "[]", '{"a": true}', '{"a": "maybe"}', "null"]) {
      assert.deepEqual(options(annotated("default-option", none)), byDefault, none);
    }
  });

  it("are replaced as a whole by the annotation", () => {
    assert.deepEqual(options(annotated("default-option", '{"http-keep-alive": "t", "clitcpka": "False"}')), [
      ["clitcpka", false],
      ["http-keep-alive", true],
    ]);
  });
});

describe("timeouts", () => {
  it("are added to by the annotation", () => {
    const given = Object.fromEntries(
      timeouts(annotated("default-timeout", '{"server": "9s", "queue": "1s"}')),
    );
    assert.deepEqual(given, {
      client: "50s",
      "client-fin": "50s",
      connect: "5s",
      queue: "1s",
      server: "9s",
      tunnel: "50s",
    });
  });
});

describe("booleanAnnotation", () => {
  it("takes the default for what is no boolean of Go's", () => {
    const read = (value: string) => booleanAnnotation(annotated("hsts", value), "hsts", true);
    assert.deepEqual(["false", "0", "F", "no", ""].map(read), [false, false, false, true, true]);
  });
});
