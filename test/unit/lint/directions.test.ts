import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { brokenProject } from "../../support/broken-project.ts";

type Import = readonly [file: string, imported: string, rule: string];

/** The floors of src/, lowest first, as CONTRIBUTING has them: a file of each. */
const FLOORS = [
  "errors.ts",
  "process/procfs.ts",
  "http/client.ts",
  "gate/gate.ts",
  "model/lifecycle.ts",
  "cluster/api.ts",
  "config/stage.ts",
  "import/app.ts",
  "application/lock.ts",
  "components/track.ts",
  "routers/index.ts",
  "program/outputs.ts",
  "index.ts",
  "project/project.ts",
  "engine/stacks.ts",
  "verification/verification.ts",
  "judging/soak.ts",
  "notify/notifier.ts",
  "platforms/platform.ts",
  "operations/promote.ts",
  "results/json.ts",
  "page/contract.ts",
  "cli/main.ts",
];

const ruleOf = (floor: string): string => `src-${floor.replace(/[/.].*/, "")}-imports-downwards`;

/** Each floor imports the next one, and each the topmost. */
const UPWARDS: readonly Import[] = FLOORS.slice(0, -1).flatMap((floor, at) =>
  [...new Set([FLOORS[at + 1], "cli/main.ts"])].map(
    (above): Import => [`src/${floor}`, `src/${above}`, ruleOf(floor)],
  ),
);

const VIOLATIONS: readonly Import[] = [
  ...UPWARDS,
  ["src/model/a.ts", "src/model/b.ts", "no-circle"],
  ["src/elsewhere/a.ts", "src/errors.ts", "every-room-of-src-has-a-floor"],
  ["src/cli/session.ts", "src/program/program.ts", "program-is-loaded-late"],
  ["src/model/pulumi.ts", "@pulumi/pulumi", "model-and-config-are-plain"],
  ["src/model/role.ts", "@pulumi/kubernetes/rbac/v1/index.js", "model-and-config-are-plain"],
  ["src/config/client.ts", "@kubernetes/client-node", "model-and-config-are-plain"],
  ["src/operations/a.ts", "@pulumi/pulumi/automation/index.js", "automation-api-in-one-folder"],
  ["local/automation.ts", "@pulumi/pulumi/automation", "automation-api-in-one-folder"],
  ["src/cli/commands/promote.ts", "src/cli/commands/verify.ts", "commands-stand-alone"],
  ["src/page/client/status.ts", "src/operations/status.ts", "page-in-the-browser-knows-the-contract"],
  ["src/page/client/files.ts", "fs", "page-in-the-browser-has-no-node"],
  ["src/page/server/chart.ts", "src/page/client/chart.ts", "page-is-served-not-run"],
  ["src/cli/edge.ts", "local/edge/edge.ts", "src-without-environment"],
  ["src/cluster/fake.ts", "test/support/cluster.ts", "src-without-environment"],
  ["policy/walk.ts", "demo/walk/walk.ts", "src-without-environment"],
  ["local/walk.ts", "demo/walk/walk.ts", "local-stands-below-demo-and-bench"],
  ["bench/b.ts", "test/support/mocks.ts", "only-tests-import-tests"],
];

/** The same directions, the allowed way. */
const ALLOWED: readonly Import[] = [
  ["src/model/allowed.ts", "src/errors.ts", ""],
  ["src/model/schema.ts", "zod", ""],
  ["src/routers/allowed.ts", "src/components/pod.ts", ""],
  ["src/operations/allowed.ts", "src/routers/index.ts", ""],
  ["src/engine/automation/stacks.ts", "@pulumi/pulumi/automation/index.js", ""],
  ["src/cli/commands/allowed.ts", "src/cli/options.ts", ""],
  ["src/page/client/allowed.ts", "src/page/contract.ts", ""],
  ["src/page/server/allowed.ts", "src/page/contract.ts", ""],
  ["local/allowed.ts", "src/errors.ts", ""],
  ["demo/allowed.ts", "local/edge/edge.ts", ""],
  ["test/allowed.ts", "local/edge/edge.ts", ""],
];

/** What the checker says, in its own words: which rules it has, and which imports break one. */
interface Report {
  readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] };
  readonly violations: readonly {
    readonly from: string;
    readonly to: string;
    readonly rule: { name: string };
  }[];
}

/** How a file can import another. What each floor imports from the topmost one is a type alone. */
function statement(file: string, imported: string): string {
  const isOurs = /^(?:src|local|demo|bench|test)\//.test(imported);
  const path = relative(dirname(file), imported);
  const module = isOurs ? (path.startsWith(".") ? path : `./${path}`) : imported;
  return imported === "src/cli/main.ts"
    ? `import type { T } from "${module}"; export type X = T;`
    : `export * from "${module}";`;
}

/** The texts of the files: what is imported is there, and each file has all of its imports. */
function filesOf(imports: readonly Import[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [, imported] of imports)
    if (imported.endsWith(".ts")) files[imported] = "export type T = string;";
  for (const [file, imported] of imports) files[file] = `${files[file] ?? ""}\n${statement(file, imported)}`;
  return files;
}

/** The checker's own configuration of this project, over files that were written to break it. */
describe("import directions", function () {
  this.timeout(60_000);
  let folder: string;
  let report: Report;

  before(async () => {
    const back: Import = ["src/model/b.ts", "src/model/a.ts", "no-circle"];
    const lazily = 'export const load = () => import("../program/program.ts");';
    const files = { ...filesOf([...VIOLATIONS, ...ALLOWED, back]), "src/cli/lazily.ts": lazily };
    folder = await brokenProject([".dependency-cruiser.mjs", "tsconfig.json"], files);
    const folders = ["src", "local", "demo", "bench", "policy", "test"];
    const depcruise = execa({ cwd: folder, reject: false, preferLocal: true, localDir: PROJECT_ROOT });
    const { stdout, stderr } = await depcruise`depcruise --output-type json ${folders}`;
    assert.notEqual(stdout, "", stderr);
    report = (JSON.parse(stdout) as { summary: Report }).summary;
  });
  after(() => rm(folder, { recursive: true }));

  const brokenBy = (file: string, imported: string): string[] =>
    report.violations.filter(({ from, to }) => from === file && to === imported).map(({ rule }) => rule.name);

  it("are tried with every rule", () => {
    assert.deepEqual(
      new Set(VIOLATIONS.map(([, , rule]) => rule)),
      new Set(report.ruleSetUsed.forbidden.map(({ name }) => name)),
    );
  });

  for (const [file, imported, rule] of VIOLATIONS) {
    it(`${rule}: refuses ${imported} in ${file}`, () => {
      const names = brokenBy(file, imported);
      assert.ok(names.includes(rule), names.join(", ") || "nothing was refused");
    });
  }

  for (const [file, imported] of ALLOWED) {
    it(`allow ${imported} in ${file}`, () => assert.deepEqual(brokenBy(file, imported), []));
  }

  it("allow the program where it is loaded late", () => {
    assert.deepEqual(brokenBy("src/cli/lazily.ts", "src/program/program.ts"), []);
  });
});
