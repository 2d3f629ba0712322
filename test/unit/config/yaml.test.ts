import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parse, parseDocument } from "yaml";
import { YAML_AS_KUBERNETES } from "../../../src/config/yaml.ts";
import { withRelease } from "../../../src/project/release-text.ts";

const TEXT = 'mode: 0440\nplain: 440\nnew: 0o440\ntext: "0440"\nnone: 0\ndecimal: 089\n';

describe("a number that begins with a zero", () => {
  it("is octal, as Pulumi and Kubernetes read it, and nothing else is", () => {
    assert.deepEqual(parse(TEXT, YAML_AS_KUBERNETES), {
      mode: 0o440,
      plain: 440,
      new: 0o440,
      text: "0440",
      none: 0,
      decimal: 89,
    });
  });

  it("stays as it is written where something else is changed", () => {
    const document = parseDocument(TEXT, YAML_AS_KUBERNETES);
    document.set("plain", 288);
    assert.match(document.toString(), /^mode: 0440\nplain: 288\n/);
    const entry =
      "config:\n  release: { value: { previous: a, canary: b } }\n  versions:\n    value:\n      b: { volumes: { v: { secret: { defaultMode: 0440 } } } }\n";
    assert.match(
      withRelease(entry, "shop", { previous: "b", canary: "c" }, { c: { image: "c" } }),
      /defaultMode: 0440 /,
    );
  });
});
