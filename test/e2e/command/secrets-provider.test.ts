import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { parse, stringify } from "yaml";
import { statusSchema } from "../../../src/results/schemas.ts";
import { makeProject, type TestProject } from "../support/environment.ts";
import { canary } from "../support/project.ts";
import { startVault, type Vault } from "../support/vault.ts";

const KEY = "hashivault://canary";

/** Stacks whose secrets a key server encrypts, as Cloud KMS does: there is no passphrase. */
describe("canary, where a key server keeps the secrets", () => {
  let vault: Vault;
  let project: TestProject;
  const run = (...words: string[]) => canary(project, ...words);
  const stageFile = async (stage: string) =>
    parse(await readFile(join(project.workspace.directory, `Pulumi.${stage}.yaml`), "utf8"));

  before(async () => {
    vault = await startVault();
    const made = await makeProject("e2e-secrets-provider");
    const { PULUMI_CONFIG_PASSPHRASE_FILE: _, ...rest } = made.workspace.environment;
    const workspace = { ...made.workspace, environment: { ...rest, ...vault.environment } };
    project = { ...made, workspace };
    await execa("pulumi", ["stack", "init", "foundation", "--secrets-provider", KEY, "--non-interactive"], {
      cwd: workspace.directory,
      env: workspace.environment,
    });
    const founded = await run("foundation", "--yes");
    assert.equal(founded.exitCode, 0, founded.stderr);
    const first = await run("promote", "--yes", "--no-verify");
    assert.equal(first.exitCode, 0, first.stderr);
  });

  after(() => vault.stop());

  it("makes the stack of the next stage with the foundation's key, and carries the state over", async () => {
    const second = await run("promote", "canary-75", "--yes", "--no-verify");
    assert.equal(second.exitCode, 0, second.stderr);
    const { secretsprovider, encryptedkey } = await stageFile("canary-75");
    assert.equal(secretsprovider, KEY);
    assert.equal(typeof encryptedkey, "string");
    const status = statusSchema.parse(JSON.parse((await run("status", "--json")).stdout));
    assert.equal(status.live?.stage, "canary-75");
    assert.deepEqual([...vault.decryptedWith], ["canary"]);
  });

  it("goes back, also from a clone whose stage file does not name the key", async () => {
    const { secretsprovider: _, encryptedkey: __, ...committed } = await stageFile("canary-25");
    const file = join(project.workspace.directory, "Pulumi.canary-25.yaml");
    await writeFile(file, stringify(committed));
    const back = await run("rollback", "--yes", "--no-verify");
    assert.equal(back.exitCode, 0, back.stderr);
  });
});
