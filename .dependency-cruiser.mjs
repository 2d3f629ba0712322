/**
 * Which file may import which (docs/adr/0066-the-house.md). `npm test` checks it, `npm run imports` checks it alone, and
 * test/unit/lint/directions.test.ts shows that each rule bites. Imports of types count: a file cannot be understood
 * without its types.
 */

/** The floors of src/, lowest first: an import goes down or stays in its folder. A room is added here once. */
const FLOORS = [
  "errors",
  "process/",
  "http/",
  "gate/",
  "model/",
  "cluster/",
  "config/",
  "import/",
  "application/",
  "components/",
  "routers/",
  "program/",
  "index",
  "project/",
  "engine/",
  "verification/",
  "judging/",
  "notify/",
  "platforms/",
  "operations/",
  "results/",
  "page/",
  "cli/",
];

/** Matches a name in a path: `index` as index.ts and index.mjs. */
const escaped = (name) => name.replace(/^[^/]*$/, "$&[.]");

const upwards = FLOORS.slice(0, -1).map((floor, at) => ({
  name: `src-${floor.replace(/\/$/, "")}-imports-downwards`,
  comment: `src/${floor} stands below ${FLOORS.slice(at + 1).join(", ")} and does not know them.`,
  severity: "error",
  from: { path: `^src/${escaped(floor)}` },
  to: {
    path: `^src/(?:${FLOORS.slice(at + 1)
      .map(escaped)
      .join("|")})`,
  },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circle",
      comment:
        "Files that import each other can only be understood together: move what both need into a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    ...upwards,
    {
      name: "every-room-of-src-has-a-floor",
      comment: "A file or folder of src/ that is in no floor: give it one in .dependency-cruiser.mjs.",
      severity: "error",
      from: { path: "^src/", pathNot: `^src/(?:${FLOORS.map(escaped).join("|")})` },
      to: {},
    },
    {
      name: "program-is-loaded-late",
      comment:
        "The SDKs take a second to load: what is above src/program/ takes its types, or loads it by import().",
      severity: "error",
      from: { path: "^src/(?:project|engine|verification|operations|results|page|cli)/" },
      to: { path: "^src/program/program[.]ts$", dependencyTypesNot: ["dynamic-import", "type-only"] },
    },
    {
      name: "model-and-config-are-plain",
      comment: "Model and configuration are plain data: they know no Pulumi and no Kubernetes client.",
      severity: "error",
      from: { path: "^src/(?:model|config)/" },
      to: { path: "(?:^|/)@(?:pulumi|kubernetes)/" },
    },
    {
      name: "automation-api-in-one-folder",
      comment:
        "Only src/engine/automation/ knows the Automation API; the rest uses the interface in src/engine/stacks.ts.",
      severity: "error",
      from: { pathNot: "^src/engine/automation/" },
      to: { path: "(?:^|/)@pulumi/pulumi/automation" },
    },
    {
      name: "commands-stand-alone",
      comment:
        "A command imports no other command: what two need belongs to src/operations/ or beside src/cli/session.ts.",
      severity: "error",
      from: { path: "^src/cli/commands/([^/]+)$" },
      to: { path: "^src/cli/commands/", pathNot: "/$1$" },
    },
    {
      name: "page-in-the-browser-knows-the-contract",
      comment: "What runs in the browser meets its server in src/page/contract.ts, and nowhere else.",
      severity: "error",
      from: { path: "^src/page/client/" },
      to: { path: "^(?:src|local|demo)/", pathNot: "^src/page/(?:contract[.]ts$|client/)" },
    },
    {
      name: "page-in-the-browser-has-no-node",
      comment: "There is no Node in a browser.",
      severity: "error",
      from: { path: "^src/page/client/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "page-is-served-not-run",
      comment: "Its server bundles what runs in the browser, and imports nothing of it.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/page/client/" },
      to: { path: "^src/page/client/" },
    },
    {
      name: "src-without-environment",
      comment:
        "The product does not know its local environment, its benches and demonstrations, nor its tests.",
      severity: "error",
      from: { path: "^(?:src|policy)/" },
      to: { path: "^(?:local|demo|bench|test)/" },
    },
    {
      name: "local-stands-below-demo-and-bench",
      comment: "The local environment knows neither what is shown on it nor what is measured on it.",
      severity: "error",
      from: { path: "^local/" },
      to: { path: "^(?:demo|bench)/" },
    },
    {
      name: "only-tests-import-tests",
      comment: "Nothing outside test/ knows the tests.",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
