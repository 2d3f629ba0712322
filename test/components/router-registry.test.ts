import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { routerOf, routers } from "../../src/components/edge/index.ts";
import { routerSchemas } from "../../src/config/routers.ts";
import { plannerOf, planners } from "../../src/planning/index.ts";

const src = fileURLToPath(new URL("../../src/", import.meta.url));
const EDGE = "components/edge/";
const PLANNING = "planning/";

const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file: relative(".", file), text: readFileSync(`${src}${file}`, "utf8") }));

describe("the registry of routers", () => {
  it("has a router and a planner for each schema, and a schema for each of them", () => {
    const names = Object.keys(routerSchemas).sort();
    assert.deepEqual(Object.keys(routers).sort(), names);
    assert.deepEqual(Object.keys(planners).sort(), names);
  });

  it("says which part is missing", () => {
    const gateway = { router: "gateway" };
    assert.throws(() => routerOf(gateway), /gateway has a schema, but no entry in components\/edge\/index/);
    assert.throws(() => plannerOf(gateway), /gateway has a schema, but no entry in planning\/index/);
  });

  it("is all that the program knows of routers: nothing else imports one", () => {
    const outside = sources.filter(({ file }) => !file.startsWith(EDGE) && !file.startsWith(PLANNING));
    assert.ok(outside.length > 20, "the sources were not found");
    const imports = outside.flatMap(({ file, text }) =>
      [...text.matchAll(/from "([^"]*\/(?:edge|planning)\/[^"]*)"/g)].map(([, path]) => `${file}: ${path}`),
    );
    const allowed = /\/(edge\/(index|router)|planning\/(index|planner))\.ts$/;
    assert.deepEqual(
      imports.filter((line) => !allowed.test(line)),
      [],
    );
  });

  it("is where routers are named: lifecycle, record and operations compare with no name", () => {
    const names = Object.keys(routers).join("|");
    const compared = new RegExp(`router\\W{0,5}(===|!==|==|in)\\W{0,3}"(${names})"|case "(${names})"`);
    assert.deepEqual(
      sources.filter(({ text }) => compared.test(text)).map(({ file }) => file),
      [],
    );
    assert.match('if (config.router === "voyager")', compared);
  });
});
