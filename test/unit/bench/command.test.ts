import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { table } from "../../../bench/command/table.ts";

const NOT_MEASURED = {
  start: [],
  engineStart: [],
  status: [],
  page: [],
  preview: [],
  promote: [],
  promoteParts: {},
  rollback: [],
  abort25: [],
  abort75: [],
  abort100: [],
  abort100Warm: [],
  kubectl: [],
  kubectlInOrder: [],
  kubectlWithStartupProbe: [],
};

const lineOf = (figures: Partial<Parameters<typeof table>[0]>, name: string) =>
  table({ ...NOT_MEASURED, ...figures })
    .split("\n")
    .find((line) => line.trim().startsWith(name));

describe("the table of the command's times", () => {
  it("has the one in the middle of an odd number of rounds, in whatever order", () => {
    assert.match(lineOf({ status: [0.9, 0.4, 0.5] }, "status") ?? "", / 0\.50 s {3}\(0\.40 to 0\.90\)$/);
  });

  it("has the mean of the two in the middle of an even number", () => {
    assert.match(lineOf({ status: [4, 1, 3, 2] }, "status") ?? "", / 2\.50 s {3}\(1\.00 to 4\.00\)$/);
  });

  it("has the parts of a promotion, and says what was not measured", () => {
    assert.match(lineOf({ promoteParts: { apply: [3, 4] } }, "promote: apply") ?? "", / 3\.50 s/);
    assert.match(lineOf({}, "kubectl") ?? "", / not measured$/);
  });
});
