import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "mocha";
import ts from "typescript";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { routerOf, routers } from "../../../src/routers/index.ts";
import { exampleConfig } from "../../support/program/replicas-stages.ts";

const SRC = join(PROJECT_ROOT, "src");

const outside = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("routers/"))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), "utf8") }));

/** What a file imports when it is loaded, types left out. */
function importedBy(file: string): string[] {
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    },
  });
  return [...outputText.matchAll(/^(?:import|export) .*?from "([^"]+)";$|^import "([^"]+)";$/gms)].map(
    ([, from, bare]) => from ?? bare ?? "",
  );
}

/** Everything that is loaded with a file: packages by their names, files by their paths. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  for (const imported of importedBy(file)) {
    const name = imported.startsWith(".") ? join(dirname(file), imported) : imported;
    if (seen.has(name)) continue;
    seen.add(name);
    if (imported.startsWith(".")) loadedWith(name, seen);
  }
  return seen;
}

describe("the registry of routers", () => {
  it("has each router under its name", () => {
    assert.equal(routerOf({ router: "voyager" }), routers.voyager);
    assert.equal(routerOf({ router: "replicas" }), routers.replicas);
    assert.equal(routerOf({ router: "gateway" }), routers.gateway);
  });

  it("says which routers there are, where an unknown one is named", () => {
    for (const router of ["gatway", "constructor"]) {
      assert.throws(() => routerOf({ router }), {
        name: "UserError",
        message: `router is "${router}": must be one of voyager, replicas, gateway`,
      });
    }
  });

  it("gives a router values of its own schema alone: another router's configuration is an error", () => {
    assert.throws(() => routers.voyager.plan(exampleConfig("canary-10")), /replicas|previous/);
    assert.equal(routers.replicas.plan(exampleConfig("canary-10")).effectiveCanary, 10);
  });

  it("loads no SDK: canary status asks it, and has no second for that", () => {
    const loaded = [...loadedWith(join(SRC, "routers", "index.ts"))];
    assert.ok(
      loaded.some((name) => name.endsWith("voyager/plan.ts")),
      "the imports were not found",
    );
    assert.deepEqual(
      loaded.filter((name) => name.startsWith("@pulumi/")),
      [],
    );
  });

  it("is all that the rest knows of routers: nothing else imports one", () => {
    assert.ok(outside.length > 20, "the sources were not found");
    const folders = Object.keys(routers).filter((name) => existsSync(join(SRC, "routers", name)));
    assert.deepEqual(folders, Object.keys(routers));
    const imports = outside.flatMap(({ file, text }) =>
      [...text.matchAll(/(?:from|import\() ?"([^"]*\/routers\/[^"]*\/[^"]*)"/g)].map(
        ([, path]) => `${file}: ${path}`,
      ),
    );
    assert.deepEqual(imports, []);
  });

  it("is where routers are named, and what carries their traffic; nothing else compares with a name", () => {
    const names = Object.keys(routers).join("|");
    const compared = `router\\W{0,5}(===|!==|==|in)\\W{0,3}"(${names})"|case "(${names})"`;
    const named = new RegExp(`voyager|haproxy|envoy|${compared}`, "i");
    assert.deepEqual(
      outside.filter(({ text }) => named.test(text)).map(({ file }) => file),
      [],
    );
    assert.match('if (config.router === "replicas")', named);
  });
});
