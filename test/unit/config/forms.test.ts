import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { stageConfig } from "../../../src/routers/config.ts";
import { committedStage } from "../../support/program/stages.ts";

const STAGE = { ...committedStage("canary-75"), router: "gateway" };

describe("a value that can have several forms is told about the one that was meant:", () => {
  const own = { gateway: { class: "contour" } };
  const wrong: readonly [edge: object, message: string][] = [
    [{ gateway: { class: "contour", section: "http" } }, "edge.gateway.name is missing"],
    [
      { gateway: { name: "web", sectoin: "http" } },
      "edge.gateway.sectoin is no known key; did you mean edge.gateway.section?",
    ],
    [{ gateway: { name: "web", class: "contour", section: 3 } }, "edge.gateway.section is 3: must be a text"],
    [
      { gateway: { name: "web", constructor: 1 } },
      "edge.gateway.constructor is no known key; did you mean edge.gateway.section?",
    ],
    [{ gateway: {} }, "edge.gateway is {}: must be { class } or { name }"],
    [{ gateway: "contour" }, 'edge.gateway is "contour": must be { class } or { name }'],
    [{ ...own, testers: {} }, "edge.testers is {}: must be { header } or { cookie }"],
    [{ ...own, testers: { header: { name: "X-Canary" } } }, "edge.testers.header.value is missing"],
    [
      { ...own, testers: { header: { name: "a", value: "b", valu: "c" } } },
      "edge.testers.header.valu is no known key; did you mean edge.testers.header.value?",
    ],
  ];
  for (const [edge, message] of wrong) {
    it(JSON.stringify(edge), () => {
      assert.throws(() => stageConfig({ ...STAGE, edge }), { name: "UserError", message });
    });
  }
});
