import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { backendUrl } from "../../../local/environment/workspace.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { configMapPath } from "../../../src/cluster/objects.ts";
import { until } from "../../support/until.ts";
import { administrator, environment } from "../support/environment.ts";

/** A program as small as can be, of the same form as ours: ESM, TypeScript, whose types Node strips. */
const PROGRAM = `
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
export default async (): Promise<Record<string, unknown>> => {
  const config = new pulumi.Config();
  const failure = config.get("failure");
  if (failure === "program") throw Object.assign(new pulumi.RunError("this stage is not next"), { stack: "" });
  const provider = new kubernetes.Provider("cluster", {
    kubeconfig: config.requireSecret("kubeconfig"),
    context: config.require("context"),
    upsertExistingObjects: true,
    enableConfigMapMutable: true,
  });
  const gate = new pulumi.ResourceHook("gate", async ({ name }) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (failure === "hook") throw new Error(name + " is not ready");
  });
  const metadata = { name: config.require("namespace"), annotations: { weight: config.require("weight") } };
  const hooks = { beforeCreate: [gate], beforeUpdate: [gate] };
  const namespace = new kubernetes.core.v1.Namespace("space", { metadata }, { provider, hooks });
  const settings = { metadata: { name: "settings", namespace: metadata.name }, data: { weight: config.require("weight") } };
  new kubernetes.core.v1.ConfigMap("settings", settings, { provider, dependsOn: namespace });
  const manifests = config.get("manifests");
  if (manifests) new kubernetes.yaml.v2.ConfigGroup("manifests", { yaml: manifests }, { provider, dependsOn: namespace });
  if (failure === "wait") {
    const spec = { selector: { app: "nobody" }, ports: [{ port: 80 }] };
    new kubernetes.core.v1.Service("wait", { metadata: { name: "wait", namespace: metadata.name }, spec }, { provider });
  }
  return { weight: config.require("weight") };
};
`;

const PROJECT = `name: small
main: program
runtime:
  name: nodejs
  options: { packagemanager: npm, typescript: false }
options: { refresh: always }
`;

describe("pulumi in a shell, with the language host and provider that are used here", () => {
  const namespace = `provider-${randomBytes(3).toString("hex")}`;
  const settings = { kubeconfig: "", context: "" };
  let folder: string;

  before(async () => {
    const { stateDir, kubeconfig, context } = environment();
    settings.kubeconfig = await readFile(kubeconfig, "utf8");
    settings.context = context;
    folder = await mkdtemp(join(stateDir, "language-"));
    await mkdir(join(folder, "program/src"), { recursive: true });
    await mkdir(join(folder, "state"));
    await symlink(join(PROJECT_ROOT, "node_modules"), join(folder, "program/node_modules"));
    await writeFile(join(folder, "program/package.json"), '{ "type": "module", "main": "src/index.ts" }');
    await writeFile(join(folder, "program/src/index.ts"), PROGRAM);
    await writeFile(join(folder, "Pulumi.yaml"), PROJECT);
    await pulumi("stack", "init", "one");
    await pulumi("config", "set", "--secret", "kubeconfig", settings.kubeconfig);
    await configure({ context, namespace, weight: "25" });
  });
  after(async () => {
    await configure({ failure: "" });
    await pulumi("cancel", "--yes"); // A test that failed may have left the lock of an engine that it killed.
    const { exitCode, output } = await pulumi("destroy", "--yes", "--skip-preview");
    assert.equal(exitCode, 0, output);
    await rm(folder, { recursive: true });
  });

  it("applies a program, and has nothing to do the second time", async () => {
    const first = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(first.exitCode, 0, first.output);
    assert.match(first.output, /\+ 4 created/);
    const second = await pulumi("up", "--yes", "--skip-preview");
    assert.match(second.output, /4 unchanged/);
  });

  it("makes objects out of YAML, of kinds that the provider was built without the Go types of", async () => {
    const api = await administrator();
    const settingsOf = (name: string) => api.get<{ data: unknown }>(configMapPath(namespace, name));
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "made", namespace },
      data: { of: "YAML" },
    };
    await configure({ manifests: JSON.stringify(object) });
    const made = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(made.exitCode, 0, made.output);
    assert.deepEqual((await settingsOf("made"))?.data, { of: "YAML" });
    await configure({ manifests: "" });
    const gone = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(gone.exitCode, 0, gone.output);
    assert.equal(await settingsOf("made"), undefined);
  });

  it("previews the paths that change, and no others", async () => {
    await configure({ weight: "75" });
    const { output } = await pulumi("preview", "--json");
    const { steps } = JSON.parse(output.slice(output.indexOf("{"))) as { steps: PreviewStep[] };
    const changed = steps.filter(({ op }) => op !== "same" && op !== "refresh");
    assert.deepEqual(
      changed.map(({ op, urn, detailedDiff }) => [
        op,
        urn.split("::").at(-1),
        Object.keys(detailedDiff ?? {}),
      ]),
      [
        ["update", "space", ["metadata.annotations.weight"]],
        ["update", "settings", ["data.weight"]],
      ],
    );
  });

  it("fails for a hook that throws, in one line, before anything is changed", async () => {
    await configure({ failure: "hook" });
    const { exitCode, output } = await pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(exitCode, 0);
    assert.match(output, /error: before hook "gate" failed: space is not ready/);
    assert.doesNotMatch(output, /\n\s+at /);
    await configure({ failure: "" });
    assert.match((await pulumi("preview")).output, /~ 2 to update/);
  });

  it("says a refusal of the program in one line", async () => {
    await configure({ failure: "program" });
    const { exitCode, output } = await pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(exitCode, 0);
    assert.match(output, /error: this stage is not next/);
    assert.doesNotMatch(output, /\n\s+at |exit code|unhandled/);
    await configure({ failure: "" });
  });

  it("leaves no process when the engine is killed, and goes on after it", async () => {
    await configure({ failure: "wait" });
    const killed = execa("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"], {
      ...options(),
      reject: false,
    });
    await until(async () => (await pulumi("stack", "export")).output.includes('pending_operations": [\n'));
    const children = await childrenOf(killed.pid);
    assert.ok(children.length >= 2, "language host and provider run");
    killed.kill("SIGKILL");
    await killed;
    await until(async () => (await Promise.all(children.map(isRunning))).every((running) => !running));

    await configure({ failure: "" });
    assert.match((await pulumi("up", "--yes", "--skip-preview")).output, /currently locked/);
    await pulumi("cancel", "--yes");
    const { exitCode, output } = await pulumi("up", "--yes", "--skip-preview");
    assert.equal(exitCode, 0, output);
  });

  it("keeps the kubeconfig out of the state, in plain text", async () => {
    const key = /(?:client-key-data|token): (\S+)/.exec(settings.kubeconfig)?.[1];
    assert.ok(key);
    const files = await readdir(join(folder, "state"), { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
    );
    assert.ok(texts.some((text) => text.includes("settings")));
    assert.ok(texts.every((text) => !text.includes(key)));
  });

  function options() {
    const { path } = environment();
    const env = {
      PATH: path,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: backendUrl(join(folder, "state")),
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    return { cwd: folder, env };
  }

  async function pulumi(...args: string[]): Promise<{ exitCode: number | undefined; output: string }> {
    const { exitCode, all } = await execa("pulumi", [...args, "--non-interactive", "--color", "never"], {
      ...options(),
      all: true,
      reject: false,
    });
    return { exitCode, output: all };
  }

  async function configure(values: Record<string, string>): Promise<void> {
    for (const [key, value] of Object.entries(values)) {
      await pulumi("config", ...(value === "" ? ["rm", key] : ["set", key, value]), "--stack", "one");
    }
  }
});

interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly detailedDiff?: Readonly<Record<string, unknown>>;
}

async function childrenOf(pid: number | undefined): Promise<string[]> {
  const { stdout } = await execa("ps", ["--ppid", String(pid), "--format", "pid="]);
  return stdout.split("\n").map((line) => line.trim());
}

async function isRunning(pid: string): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return state !== undefined && !/\) Z /.test(state);
}
