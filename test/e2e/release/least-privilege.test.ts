import assert from "node:assert/strict";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { configMapPath } from "../../../src/cluster/objects.ts";
import { until } from "../../support/until.ts";
import { type Call, callsDuring } from "../support/audit.ts";
import { administrator, environment, makeProject, type TestProject } from "../support/environment.ts";
import { checkout, shell } from "../support/jobs.ts";
import { openPage } from "../support/page.ts";
import { canary } from "../support/project.ts";

const NAMESPACE = "e2e-privilege";
const DEPLOYER = `system:serviceaccount:${NAMESPACE}:${NAMESPACE}-deployer`;
const ADMINISTRATOR = "admin";

/** Paths by which a client finds out what a server has: every account may read them. */
const DISCOVERY = /^\/(version|api|apis|openapi)(\/|$)/;

const DOCUMENT = join(PROJECT_ROOT, "docs", "gke.md");
const COLUMNS = "| Kubernetes | `foundation`, as administrator | a stage, as deployer |";

const STAGES = ["canary-25", "canary-75", "canary-100", "canary-25", "canary-0"];

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

describe("least privilege", () => {
  let project: TestProject;
  /** The foundation, by whoever is administrator. */
  let founding: readonly Call[];
  /** A release, a way back and an abort, without any credential in the environment. */
  const promoting: Call[] = [];
  /** The same by the command, and the end of it all. */
  let commanding: readonly Call[];
  const stages: unknown[] = [];
  let granted: readonly Rule[];

  before(async function () {
    this.timeout(400_000);
    project = await makeProject(NAMESPACE);
    founding = await callsDuring(() => move("foundation"));
    const { kubeconfig } = environment();
    for (const stage of STAGES) {
      promoting.push(...(await callsDuring(() => without(kubeconfig, () => move(stage)))));
      stages.push(await liveStage());
    }
    granted = await deployerRules();
    commanding = await callsDuring(async () => {
      await command("promote", "canary-25", "--yes", "--no-verify");
      await command("promote", "canary-75", "--yes", "--no-verify");
      await command("status");
      await watched();
      await command("rollback", "--yes", "--no-verify");
      await command("teardown", "--confirm", `canary-stages/${NAMESPACE}`);
    });
  });

  it("promotes and goes back on the state and its passphrase alone", () => {
    assert.deepEqual(stages, STAGES);
  });

  it("asks for everything of a stage as the deployer, the first one and the abort included", () => {
    assert.deepEqual([...new Set(promoting.map(({ user }) => user))], [DEPLOYER]);
  });

  it("is refused nothing", () => {
    const refused = [...founding, ...promoting, ...commanding].filter(
      ({ status }) => status === 401 || status === 403,
    );
    assert.deepEqual(refused, []);
  });

  it("stays within the deployer's Role", () => {
    const outside = [...founding, ...promoting, ...commanding].filter(
      (call) => call.user === DEPLOYER && !isDiscovery(call) && !isGranted(call, granted),
    );
    assert.deepEqual(outside, []);
  });

  it("is granted nothing that it does not ask for", () => {
    const asked = [...founding, ...promoting, ...commanding].filter(({ user }) => user === DEPLOYER);
    const unused = grants(granted).filter((grant) => !asked.some((call) => needs(call, grant)));
    assert.deepEqual(unused, []);
  });

  it("stays within the namespace, but for what the provider watches while the namespace itself comes and goes", () => {
    const calls = [...founding, ...promoting, ...commanding].filter((call) => !isDiscovery(call));
    const outside = calls.filter(({ namespace }) => namespace !== NAMESPACE);
    const asked = outside.map(({ user, resource, verb }) => `${user} ${verb} ${resource}`);
    const watched = ["events", "namespaces"].flatMap((kind) =>
      ["list", "watch"].map((verb) => `${ADMINISTRATOR} ${verb} ${kind}`),
    );
    assert.deepEqual([...new Set(asked)].sort(), watched.sort());
  });

  it("makes the calls that docs/gke.md says", async () => {
    assert.deepEqual(await documented(), tableOf([founding, promoting]));
  });

  async function command(...words: string[]): Promise<void> {
    const { exitCode, stderr } = await canary(project, ...words);
    assert.equal(exitCode, 0, stderr);
  }

  /** Looks at the page, which watches what it shows. */
  async function watched(): Promise<void> {
    const page = await openPage(project);
    const viewer = await page.browser.look();
    await until(() => viewer.state().status?.live?.stage === "canary-75");
    assert.equal(viewer.state().cluster.why, null);
    await page.stop();
  }

  /** Applies a stage as somebody who has the state and its passphrase, and nothing else, would. */
  async function move(stage: string): Promise<void> {
    const { PULUMI_BACKEND_URL = "", PULUMI_CONFIG_PASSPHRASE_FILE = "" } = project.workspace.environment;
    const PULUMI_CONFIG_PASSPHRASE = await readFile(PULUMI_CONFIG_PASSPHRASE_FILE, "utf8");
    const commands = [`pulumi stack select --create ${stage}`, `pulumi up --yes --skip-preview -s ${stage}`];
    const variables = { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE };
    const { exitCode, output } = await shell(await checkout(project), commands, variables);
    assert.equal(exitCode, 0, output);
  }
});

/** One verb on one kind. */
interface Grant {
  readonly resource: string;
  readonly verb: string;
}

function grants(rules: readonly Rule[]): Grant[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((kind) =>
        verbs.map((verb) => ({ resource: group === "" ? kind : `${kind}.${group}`, verb })),
      ),
    ),
  );
}

/** Whether a call is refused without the grant. A patch that makes an object needs create, too. */
function needs({ resource, verb }: Call, grant: Grant): boolean {
  return (
    resource === grant.resource && (verb === grant.verb || (verb === "patch" && grant.verb === "create"))
  );
}

async function liveStage(): Promise<unknown> {
  const api = await administrator();
  const record = await api.get<{ data: { stage: string } }>(configMapPath(NAMESPACE, "httpd-release"));
  return record?.data.stage;
}

async function deployerRules(): Promise<readonly Rule[]> {
  const api = await administrator();
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles/${NAMESPACE}-deployer`;
  const role = await api.get<{ rules: readonly Rule[] }>(path);
  return role?.rules ?? [];
}

const isDiscovery = ({ resource }: Call): boolean => DISCOVERY.test(resource);

function isGranted({ resource, verb }: Call, rules: readonly Rule[]): boolean {
  const [kind = "", ...group] = resource.split(".");
  return rules.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(group.join(".")) && resources.includes(kind) && verbs.includes(verb),
  );
}

/** The rows of the document's table: what is asked for, and by which verbs in each column. */
async function documented(): Promise<string[]> {
  const lines = (await readFile(DOCUMENT, "utf8")).split("\n");
  const start = lines.indexOf(COLUMNS);
  assert.notEqual(start, -1, `${DOCUMENT} has the table`);
  return lines.slice(start + 2, lines.indexOf("", start));
}

function tableOf(columns: readonly (readonly Call[])[]): string[] {
  const nameOf = (call: Call) =>
    isDiscovery(call) ? "`/version`, `/api`, `/apis`, `/openapi`" : `\`${call.resource}\``;
  const names = [...new Set(columns.flat().map(nameOf))].sort();
  return names.map((name) => {
    const verbsOf = (calls: readonly Call[]) =>
      [...new Set(calls.filter((call) => nameOf(call) === name).map(({ verb }) => verb))].sort().join(", ");
    return `| ${[name, ...columns.map(verbsOf)].join(" | ")} |`;
  });
}

/** Does something while a file is not there. */
async function without(file: string, work: () => Promise<void>): Promise<void> {
  const aside = `${file}.aside`;
  await rename(file, aside);
  try {
    await work();
  } finally {
    await rename(aside, file);
  }
}
