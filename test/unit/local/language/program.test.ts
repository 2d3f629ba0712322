import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dependencies, requiredProviders } from "../../../../local/language/packages.ts";
import { NotInstalled, pluginCommand, programCommand } from "../../../../local/language/program.ts";
import { languagePb, Struct } from "../../../../local/language/protocol.ts";

describe("a program's folder", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "language-"));
    const wanted = { "@pulumi/kubernetes": "^4.0.0", "@pulumi/gcp": "9.0.0", zod: "4.0.0" };
    await writeFile(join(folder, "package.json"), JSON.stringify({ dependencies: wanted }));
    await install("@pulumi/kubernetes", { version: "4.32.0" });
    await install("@pulumi/gcp", { version: "9.37.0" });
    await install("@pulumi/pulumi", { version: "3.246.0" });
    for (const entry of ["run", "run-plugin", "run-policy-pack"]) {
      const entryFolder = join(folder, "node_modules/@pulumi/pulumi/cmd", entry);
      await mkdir(entryFolder, { recursive: true });
      await writeFile(join(entryFolder, "index.js"), "");
    }
  });
  after(() => rm(folder, { recursive: true }));

  async function install(name: string, manifest: object): Promise<void> {
    await mkdir(join(folder, "node_modules", name), { recursive: true });
    await writeFile(join(folder, "node_modules", name, "package.json"), JSON.stringify(manifest));
  }

  it("has its dependencies at the versions that are installed, or as asked for", () => {
    assert.deepEqual(dependencies(folder), [
      { name: "@pulumi/kubernetes", version: "4.32.0" },
      { name: "@pulumi/gcp", version: "9.37.0" },
      { name: "zod", version: "4.0.0" },
    ]);
  });

  it("requires the Kubernetes provider alone, at that version", () => {
    assert.deepEqual(requiredProviders(folder), [{ name: "kubernetes", version: "4.32.0" }]);
    assert.deepEqual(requiredProviders(join(folder, "nothing")), []);
  });

  it("is run by the SDK's entry with the engine's addresses and the configuration", () => {
    const request = new languagePb.RunRequest();
    request.setInfo(info(folder, { nodeargs: "--import ./hooks.mjs", typescript: false }));
    request.setPwd(folder);
    request.setMonitorAddress("127.0.0.1:1");
    request.setProject("canary-stages");
    request.setStack("canary-75");
    request.setOrganization("organization");
    request.setParallel(4);
    request.setDryrun(true);
    request.getConfigMap().set("app:size", '{"a":1}');
    request.setConfigsecretkeysList(["app:size"]);
    const command = programCommand(request, "127.0.0.1:2");
    assert.equal(command.file, process.execPath);
    assert.deepEqual(command.args, [
      ...["--import", "./hooks.mjs", join(folder, "node_modules/@pulumi/pulumi/cmd/run/index.js")],
      ...["--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2"],
      ...["--project", "canary-stages", "--stack", "canary-75", "--organization", "organization"],
      ...["--root-directory", "/root", "--pwd", folder, "--parallel", "4", "--dry-run", "."],
    ]);
    assert.equal(command.cwd, folder);
    assert.deepEqual(command.env, {
      PULUMI_CONFIG: '{"app:size":"{\\"a\\":1}"}',
      PULUMI_CONFIG_SECRET_KEYS: '["app:size"]',
      PULUMI_NODEJS_TYPESCRIPT: "false",
    });
  });

  it("without its dependencies says what to do", () => {
    const request = new languagePb.RunRequest();
    request.setInfo(info(tmpdir(), {}));
    assert.throws(
      () => programCommand(request, ""),
      (error: unknown) => error instanceof NotInstalled && /run npm install there$/.test(error.message),
    );
  });

  it("can be a policy pack, whose entry takes the engine's address first", () => {
    const request = new languagePb.RunPluginRequest();
    request.setInfo(info(folder, { typescript: false }));
    request.setKind("analyzer");
    request.setPwd("/elsewhere");
    request.setArgsList(["127.0.0.1:1"]);
    request.setEnvList(["A=b=c"]);
    const command = pluginCommand(request);
    const entry = join(folder, "node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js");
    assert.deepEqual(command.args, [entry, "127.0.0.1:1", folder]);
    assert.equal(command.cwd, folder);
    assert.equal(command.env.A, "b=c");
  });

  it("can be a provider plugin", () => {
    const request = new languagePb.RunPluginRequest();
    request.setInfo(info(folder, { typescript: false }));
    request.setKind("resource");
    request.setPwd("/elsewhere");
    request.setArgsList(["127.0.0.1:1"]);
    const entry = join(folder, "node_modules/@pulumi/pulumi/cmd/run-plugin/index.js");
    const command = pluginCommand(request);
    assert.deepEqual(command.args, [entry, folder, "127.0.0.1:1"]);
    assert.equal(command.cwd, "/elsewhere");
  });
});

function info(folder: string, options: Record<string, string | boolean>): languagePb.ProgramInfo {
  const program = new languagePb.ProgramInfo();
  program.setRootDirectory("/root");
  program.setProgramDirectory(folder);
  program.setEntryPoint(".");
  program.setOptions(Struct.fromJavaScript(options));
  return program;
}
