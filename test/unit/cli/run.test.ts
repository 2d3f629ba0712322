import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../../local/paths.ts";

const MAIN = pathToFileURL(join(PROJECT_ROOT, "src", "cli", "main.ts")).href;

/** The command in a process of its own, as canary.mjs runs it, in a folder that is no project. */
describe("the command", function () {
  this.timeout(30_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "canary-run-"));
  });
  after(() => rm(folder, { recursive: true }));

  const programOf = (...words: readonly string[]) => `
    const { main } = await import(${JSON.stringify(MAIN)});
    process.exitCode = await main(${JSON.stringify(words)});`;

  async function canary(...words: readonly string[]) {
    return execa(process.execPath, ["--input-type=module", "--eval", programOf(...words)], {
      cwd: folder,
      reject: false,
    });
  }

  it("explains itself", async () => {
    const { exitCode, stdout } = await canary("--help");
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Usage: canary .*\n[\s\S]*promote[\s\S]*Exit codes: 0 done/);
  });

  it("prints a completion script, and ends well", async () => {
    const { exitCode, stdout } = await canary("completion", "bash");
    assert.equal(exitCode, 0);
    assert.match(stdout, /complete -F _canary canary\n?$/);
  });

  it("goes on where nobody reads its output any more", async () => {
    const words = [process.execPath, "--input-type=module", "--eval", programOf("--help")];
    // The reader has ended long before the command writes.
    const script = '{ "$@"; echo "ended with $?" >&2; } | true';
    const { stderr } = await execa("sh", ["-c", script, "sh", ...words], { cwd: folder });
    assert.equal(stderr, "ended with 0");
  });

  it("ends with 2 for what it does not know, and says it once", async () => {
    const { exitCode, stderr } = await canary("promot");
    assert.equal(exitCode, 2);
    assert.match(stderr, /^error: unknown command 'promot'\n\(Did you mean promote\?\)$/);
  });

  it("says what the user can mend without a stack trace, unless that is asked for", async () => {
    const { exitCode, stdout, stderr } = await canary("status");
    assert.equal(exitCode, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^neither \S+ nor a folder above it has a Pulumi\.yaml\n.*--stack-dir\.$/);
    assert.match((await canary("status", "--verbose")).stderr, /\n +at .*session\.ts/);
  });

  it("imports a Deployment without a project: app on one stream, what to look at on the other", async () => {
    const file = join(PROJECT_ROOT, "test", "unit", "import", "manifests", "web.yaml");
    const { exitCode, stdout, stderr } = await canary("import", "-f", file);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^app:\n {2}value:\n {4}name: web\n/);
    assert.match(stderr, /^Look at these:\n- release\.previous is what runs now: 1\.4\.2\n/);
    const json = JSON.parse((await canary("import", "-f", file, "--json")).stdout) as { version: string };
    assert.equal(json.version, "1.4.2");
  });

  it("imports from no cluster that was not named", async () => {
    const wrong: readonly [words: readonly string[], message: RegExp][] = [
      [
        [],
        /^nothing to import was named\nName a file by -f, or a Deployment: canary import deployment\/shop /,
      ],
      [["deployment/shop"], /^the namespace of deployment\/shop is not named\n/],
      [["shop", "-n", "web"], /^the cluster of shop is not named\nName a context of your kubeconfig/],
      [["statefulset/db", "-n", "web", "--context", "a"], /^statefulset\/db is no Deployment\n/],
      [["deploy/shop", "-f", "a.yaml"], /^deploy\/shop and -f a\.yaml are two places .*\n.*--name shop\.$/m],
    ];
    for (const [words, message] of wrong) {
      const { exitCode, stderr } = await canary("import", ...words);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
    }
  });

  it("says --context of a context that its kubeconfig does not have", async () => {
    const file = join(folder, "kubeconfig");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [], contexts: [] }));
    const where = ["--context", "nobody", "--kubeconfig", file];
    const { exitCode, stderr } = await canary("import", "shop", "-n", "web", ...where);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^--context is nobody, which the kubeconfig does not have: it has none\n/);
  });

  it("imports exactly, and writes out what a terminal would act on", async () => {
    const file = join(folder, "hostile.yaml");
    const hostile = "a\u001b[2J\u009b2J\u202eb";
    const text = readFileSync(join(PROJECT_ROOT, "test/unit/import/manifests/web.yaml"), "utf8");
    const env = `          env: [{ name: GREETING, value: ${JSON.stringify(hostile)} }]`;
    const named = text.replace("name: web, labels", `name: ${JSON.stringify(hostile)}, labels`);
    writeFileSync(file, named.replace(/^.*image: .*$/m, `$&\n${env}`));
    for (const words of [[], ["--json"]]) {
      const { exitCode, stdout, stderr } = await canary("import", "-f", file, ...words);
      assert.equal(exitCode, 0, stderr);
      assert.doesNotMatch((stdout + stderr).replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
      if (words.length === 0) assert.match(stderr, /it was a\ufffdb$/m);
      const { app } = parse(stdout) as { app: { env?: object; value?: { env: object } } };
      assert.deepEqual((app.value ?? app).env, { GREETING: hostile });
    }
  });

  it("ends with 1 for what it imports and a stage would refuse, and prints it all the same", async () => {
    const file = join(folder, "untagged.yaml");
    const text = readFileSync(join(PROJECT_ROOT, "test/unit/import/manifests/sidecars.yaml"), "utf8");
    writeFileSync(file, text.replace("proxy:1.27.3", "proxy"));
    const { exitCode, stdout, stderr } = await canary("import", "-f", file);
    assert.equal(exitCode, 1);
    assert.match(stdout, /image: registry\.test\/proxy\n/);
    assert.match(
      stderr,
      /app\.sidecars\[1\]\.image is "registry\.test\/proxy": must be an image with a tag that stays/,
    );
    assert.match((await canary("import", "-f", "none.yaml")).stderr, /^none\.yaml cannot be read/);
  });

  it("prints no escape sequence of an error", async () => {
    const { stderr } = await canary("status", "--stack-dir", "/nowhere/\u001b[2J");
    assert.match(stderr, /^\/nowhere\/\/Pulumi\.yaml cannot be read/);
  });
});
