import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { routerOf, routers } from "../../../src/routers/index.ts";
import { plannerOf, planners } from "../../../src/routers/planners.ts";
import { routerSchemas } from "../../../src/routers/schemas.ts";

const src = fileURLToPath(new URL("../../../src/", import.meta.url));
const ROUTERS = "routers/";

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
    assert.throws(() => routerOf(gateway), /gateway has a schema, but no entry in routers\/index/);
    assert.throws(() => plannerOf(gateway), /gateway has a schema, but no entry in routers\/planners/);
  });

  it("is all that the program knows of routers: nothing else imports one", () => {
    const outside = sources.filter(({ file }) => !file.startsWith(ROUTERS));
    assert.ok(outside.length > 20, "the sources were not found");
    const imports = outside.flatMap(({ file, text }) =>
      [...text.matchAll(/from "([^"]*\/routers\/[^"]*)"/g)].map(([, path]) => `${file}: ${path}`),
    );
    const allowed =
      /\/routers\/(index|router|planners|planner|schemas|voyager\/(controller|statistics|weights|applied-share))\.ts$/;
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
