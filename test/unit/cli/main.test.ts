import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { openSession } from "../../../src/cli/session.ts";
import { pulumiCli } from "../../../src/engine/pulumi.ts";
import { kubeconfig, serveCluster } from "../../support/program/cluster.ts";

const OPTIONS = { color: false, stackDir: PROJECT_ROOT };
const signal = new AbortController().signal;

describe("a session", () => {
  let folder: string;
  let path: string | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "canary-cli-"));
    path = process.env.PATH;
  });

  after(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  });

  /** Puts a `pulumi` on PATH that answers as this script says. */
  async function pulumiAnswers(script: string): Promise<void> {
    const bin = join(folder, "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env.PATH = [bin, path].join(delimiter);
  }

  it("is of the folder that is named, or the nearest that has a project", async () => {
    const session = await openSession(OPTIONS, signal);
    assert.equal(session.project.name, "canary-stages");
    const before = process.cwd();
    process.chdir(folder);
    try {
      await assert.rejects(openSession({ color: false }, signal), /nor a folder above it has a Pulumi\.yaml/);
    } finally {
      process.chdir(before);
    }
  });

  it("takes no kubeconfig without its context", async () => {
    const session = await openSession({ ...OPTIONS, kubeconfig: "somewhere" }, signal);
    await assert.rejects(session.cluster(), /--kubeconfig somewhere comes without --context/);
  });

  it("reaches the cluster by a context, or as the deployer by the foundation's output", async () => {
    const cluster = await serveCluster({ "/api/v1/namespaces/web": { kind: "Namespace" } });
    try {
      const file = join(folder, "kubeconfig");
      await writeFile(file, kubeconfig(cluster));
      const named = await openSession({ ...OPTIONS, context: "test", kubeconfig: file }, signal);
      assert.equal((await named.cluster())?.server, cluster.url);
      const outputs = join(folder, "outputs.json");
      await writeFile(outputs, JSON.stringify({ deployerKubeconfig: kubeconfig(cluster) }));
      await pulumiAnswers(`[ "$3 $4 $6" = "--json --show-secrets foundation" ] && cat ${outputs}`);
      const api = await (await openSession(OPTIONS, signal)).cluster();
      assert.ok(await api?.get("/api/v1/namespaces/web"));
    } finally {
      cluster.close();
    }
  });

  it("says --context of a context that is not there", async () => {
    const file = join(folder, "kubeconfig");
    await writeFile(file, kubeconfig({ url: "https://192.0.2.1", certificate: "", close: async () => {} }));
    const session = await openSession({ ...OPTIONS, context: "nobody", kubeconfig: file }, signal);
    await assert.rejects(session.cluster(), { message: /^--context is nobody, .*: it has test$/ });
  });

  it("knows the engine's cluster beside the one of a context, so that the two are compared", async () => {
    const [named, engines] = [await serveCluster({}), await serveCluster({})];
    try {
      const file = join(folder, "kubeconfig");
      await writeFile(file, kubeconfig(named));
      const outputs = join(folder, "outputs.json");
      await writeFile(outputs, JSON.stringify({ deployerKubeconfig: kubeconfig(engines) }));
      await pulumiAnswers(`[ "$3 $4 $6" = "--json --show-secrets foundation" ] && cat ${outputs}`);
      const session = await openSession({ ...OPTIONS, context: "test", kubeconfig: file }, signal);
      const { cluster, engineCluster } = await session.operator();
      assert.equal((await cluster())?.server, named.url);
      assert.equal((await engineCluster?.("canary-25"))?.server, engines.url);
      const asDeployer = await openSession(OPTIONS, signal);
      assert.equal((await asDeployer.operator()).engineCluster, undefined);
    } finally {
      await Promise.all([named.close(), engines.close()]);
    }
  });

  it("has no cluster while the foundation was never applied", async () => {
    await pulumiAnswers("echo \"error: no stack named 'foundation' found\" >&2; exit 255");
    assert.equal(await (await openSession(OPTIONS, signal)).cluster(), undefined);
  });

  it("opens the engine's side once, also where the cluster cannot be reached", async () => {
    await pulumiAnswers("echo 'error: incorrect passphrase' >&2; exit 255");
    const session = await openSession(OPTIONS, signal);
    const operator = await session.operator();
    assert.equal(await session.operator(), operator);
    assert.equal(operator.project, session.project);
    await assert.rejects(operator.cluster(), /incorrect passphrase/);
  });

  it("lists the stacks that have something", async () => {
    await pulumiAnswers(`echo '[{"name":"org/web/canary-25","resourceCount":20},{"name":"canary-75"}]'`);
    assert.deepEqual(await pulumiCli(folder).stacks(), [
      { name: "canary-25", resources: 20 },
      { name: "canary-75", resources: 0 },
    ]);
  });

  it("passes on what Pulumi says is wrong", async () => {
    await pulumiAnswers("echo 'error: incorrect passphrase' >&2; exit 255");
    await assert.rejects(pulumiCli(folder).stacks(), /pulumi stack ls --json: incorrect passphrase/);
  });

  it("says so when there is no Pulumi", async () => {
    process.env.PATH = folder;
    await assert.rejects(pulumiCli(folder).stacks(), /pulumi cannot be run/);
    process.env.PATH = path;
  });
});
