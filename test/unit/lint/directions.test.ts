import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";

const ROOT = join(import.meta.dirname, "..", "..", "..");

interface Report {
  readonly diagnostics: readonly {
    readonly message: string;
    readonly category: string;
    readonly location: { readonly path: string };
  }[];
}

/** A file that breaks a rule, and what the linter says of it. */
const VIOLATIONS: readonly [file: string, text: string, message: RegExp][] = [
  ["src/model/a.ts", 'export * from "@pulumi/pulumi";', /model is pure/],
  ["src/model/b.ts", 'export { Role } from "@pulumi/kubernetes/rbac/v1/index.js";', /model is pure/],
  ["src/model/c.ts", 'export type { Router } from ".../components/track.ts";', /model is pure/],
  ["src/model/d.ts", 'export { changesOf } from "../operations/promote.ts";', /model is pure/],
  ["src/model/e.ts", 'export { pulumiStacks } from "../cli/main.ts";', /model is pure/],
  ["src/model/f.ts", 'export const client = await import("@kubernetes/client-node");', /model is pure/],
  ["src/model/g.ts", 'export type { Config } from "../config/stage.ts";', /model is pure/],
  ["src/config/a.ts", 'export * from "@pulumi/pulumi";', /plain data/],
  ["src/config/stage.ts", 'export { Track } from "../components/track.ts";', /plain data/],
  ["src/planning/a.ts", 'export { Track } from "../components/track.ts";', /plain data/],
  ["src/components/a.ts", 'export { x } from "../operations/promote.ts";', /does not know the command/],
  ["src/components/gke/a.ts", 'export { x } from "../../cli/main.ts";', /does not know the command/],
  [
    "src/components/b.ts",
    'import { parseConfig } from "../config/stage.ts";\nparseConfig({});',
    /Components are given/,
  ],
  [
    "src/components/c.ts",
    'import { appSchema } from "../config/app.ts";\nappSchema.parse({});',
    /Components are given/,
  ],
  [
    "src/components/d.ts",
    'import * as app from "../config/app.ts";\napp.appSchema.parse({});',
    /Components are given/,
  ],
  ["src/components/e.ts", 'export const app = await import("../config/app.ts");', /Components are given/],
  ["src/index.ts", 'export { x } from "./operations/promote.ts";', /does not know the command/],
  ["src/program/founding.ts", 'export { x } from "./cli/main.ts";', /does not know the command/],
  ["src/operations/a.ts", 'export { x } from "../cli/main.ts";', /Operations do not know/],
  ["src/operations/b.ts", 'export * from "@pulumi/pulumi/automation/index.js";', /Automation API/],
  ["src/cli/a.ts", 'export type { Stack } from "@pulumi/pulumi/automation";', /Automation API/],
  ["local/a.ts", 'export const api = await import("@pulumi/pulumi/automation/index.js");', /Automation API/],
  [
    "src/program/foundation.ts",
    'import * as pulumi from "@pulumi/pulumi";\nexport const config = new pulumi.Config();',
    /Only src\/program\.ts/,
  ],
  [
    "src/application/live.ts",
    'import { Config } from "@pulumi/pulumi";\nexport const config = new Config("other");',
    /Only src\/program\.ts/,
  ],
  [
    "src/components/f.ts",
    'import * as pulumi from "@pulumi/pulumi";\nexport const all = pulumi.runtime.allConfig();',
    /Only src\/program\.ts/,
  ],
  ["src/cli/b.ts", 'export { startEdge } from "../../../local/edge/edge.ts";', /local environment/],
  ["src/cluster/api.ts", 'export { kubeconfig } from "../test/support/cluster.ts";', /nor its tests/],
  ["local/b.ts", 'export { runStage } from "../test/support/mocks.ts";', /does not know the tests/],
];

/** The same directions, the allowed way. */
const ALLOWED: readonly [file: string, text: string][] = [
  ["src/model/allowed.ts", 'export { UserError } from "../errors.ts";\nexport { z } from "zod";'],
  ["src/components/allowed.ts", 'export type { AppConfig } from "../config/app.ts";'],
  ["src/components/allowed-function.ts", 'export { edgePorts } from "../config/edge.ts";'],
  ["src/operations/allowed.ts", 'export { routers } from "../routers/index.ts";'],
  ["src/engine/automation/stacks.ts", 'export { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";'],
  ["local/allowed.ts", 'export { UserError } from "../src/errors.ts";'],
  ["test/allowed.ts", 'export { startEdge } from "../local/edge/edge.ts";'],
];

/** The linter's own configuration of this project, over files that were written to break it. */
describe("import directions", () => {
  let folder: string;
  let report: Report;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "canary-lint-"));
    for (const [file, text] of [...VIOLATIONS, ...ALLOWED]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${text}\n`);
    }
    const config = await readFile(join(ROOT, "biome.json"), "utf8");
    await writeFile(join(folder, "biome.json"), config);
    await cp(join(ROOT, "lint"), join(folder, "lint"), { recursive: true });
    const biome = execa({ cwd: folder, reject: false, preferLocal: true, localDir: ROOT });
    const { stdout } =
      await biome`biome lint --vcs-enabled=false --reporter=json --max-diagnostics=none src local test`;
    report = JSON.parse(stdout) as Report;
  });
  after(() => rm(folder, { recursive: true }));

  const saidOf = (file: string) =>
    report.diagnostics.filter((one) => one.location.path === file && one.category === "plugin");

  for (const [file, text, message] of VIOLATIONS) {
    it(`refuses ${text.split("\n")[0]} in ${file}`, () => {
      assert.ok(
        saidOf(file).some((one) => message.test(one.message)),
        JSON.stringify(report.diagnostics.filter((one) => one.location.path === file)),
      );
    });
  }

  for (const [file, text] of ALLOWED) {
    it(`allows ${text.split("\n")[0]} in ${file}`, () => assert.deepEqual(saidOf(file), []));
  }
});
