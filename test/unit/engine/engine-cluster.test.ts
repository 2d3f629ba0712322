import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { kubeconfigOf, tokenKubeconfig } from "../../../src/cluster/kubeconfig.ts";
import type { Config } from "../../../src/config/stage.ts";
import { engineCluster } from "../../../src/engine/engine-cluster.ts";
import { fakeProject } from "../../support/fakes.ts";

const CONFIGURED = "https://configured.test:6443";
const EXPORTED = "https://exported.test:6443";

const at = (server: string) => ({ server, certificateAuthority: undefined });
const exporting = (server: string | undefined) => ({
  foundingOutputs: async () =>
    server === undefined
      ? undefined
      : { deployerKubeconfig: tokenKubeconfig("deployer", at(server), "secret"), edgeAddress: undefined },
});

describe("the cluster that the engine applies to", () => {
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-cluster-"));
    file = join(folder, "kubeconfig");
    await writeFile(file, kubeconfigOf("founder", at(CONFIGURED), { token: "secret" }));
  });
  after(() => rm(folder, { recursive: true }));

  function projectWith(kind: "kubeconfig" | "gke") {
    const project = fakeProject();
    const cluster = kind === "kubeconfig" ? { kind, context: "founder", kubeconfig: file } : { kind };
    const stage = async (name: string) => ({ ...(await project.stage(name)), cluster }) as unknown as Config;
    return { config: project.config, stage };
  }
  const server = async (...args: Parameters<typeof engineCluster>) => (await engineCluster(...args))?.server;

  it("is the founding stack's configured one for the founding stack, whatever it exported before", async () => {
    assert.equal(await server(projectWith("kubeconfig"), exporting(EXPORTED), "canary-25"), CONFIGURED);
  });

  it("is the exported one for every other stage, and for the stages that are applied", async () => {
    for (const stage of ["canary-75", undefined]) {
      assert.equal(await server(projectWith("kubeconfig"), exporting(EXPORTED), stage), EXPORTED);
    }
  });

  it("is the configured one where nothing is applied yet", async () => {
    assert.equal(await server(projectWith("kubeconfig"), exporting(undefined), undefined), CONFIGURED);
  });

  it("is the exported one of a founding stack that made its cluster, and none before", async () => {
    assert.equal(await server(projectWith("gke"), exporting(EXPORTED), "canary-25"), EXPORTED);
    assert.equal(await server(projectWith("gke"), exporting(undefined), "canary-25"), undefined);
  });
});
