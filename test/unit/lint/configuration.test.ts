import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { brokenProject } from "../../support/broken-project.ts";

interface Report {
  readonly diagnostics: readonly {
    readonly message: string;
    readonly category: string;
    readonly location: { readonly path: string };
  }[];
}

/** A file that breaks a rule, and what the linter says of it. */
const VIOLATIONS: readonly [file: string, text: string, message: RegExp][] = [
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
  [
    "src/program/foundation.ts",
    'import * as pulumi from "@pulumi/pulumi";\nexport const config = new pulumi.Config();',
    /Only src\/program\/program\.ts/,
  ],
  [
    "src/application/live.ts",
    'import { Config } from "@pulumi/pulumi";\nexport const config = new Config("other");',
    /Only src\/program\/program\.ts/,
  ],
  [
    "src/components/f.ts",
    'import * as pulumi from "@pulumi/pulumi";\nexport const all = pulumi.runtime.allConfig();',
    /Only src\/program\/program\.ts/,
  ],
];

/** The same, the allowed way. */
const ALLOWED: readonly [file: string, text: string][] = [
  ["src/components/allowed.ts", 'export type { AppConfig } from "../config/app.ts";'],
  ["src/components/allowed-function.ts", 'export { edgePorts } from "../config/edge.ts";'],
  [
    "src/program/program.ts",
    'import * as pulumi from "@pulumi/pulumi";\nexport const all = pulumi.runtime.allConfig();',
  ],
];

/** The linter's own configuration of this project, over files that were written to break it. */
describe("who reads the configuration", () => {
  let folder: string;
  let report: Report;

  before(async () => {
    folder = await brokenProject(
      ["biome.json", "lint"],
      Object.fromEntries([...VIOLATIONS, ...ALLOWED].map(([file, text]) => [file, text])),
    );
    const biome = execa({ cwd: folder, reject: false, preferLocal: true, localDir: PROJECT_ROOT });
    const { stdout } = await biome`biome lint --vcs-enabled=false --reporter=json --max-diagnostics=none src`;
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
