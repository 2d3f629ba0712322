import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { kubeconfigOf, tokenKubeconfig } from "../../../src/cluster/kubeconfig.ts";
import type { FoundationConfig } from "../../../src/config/foundation.ts";
import { engineCluster } from "../../../src/engine/engine-cluster.ts";
import { fakeProject } from "../../support/fakes.ts";

const CONFIGURED = "https://configured.test:6443";
const EXPORTED = "https://exported.test:6443";

const at = (server: string) => ({ server, certificateAuthority: undefined });
const exporting = (server: string | undefined) => ({
  foundationOutputs: async () =>
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
    const foundation = async () => ({ ...(await project.foundation()), cluster }) as FoundationConfig;
    return { config: project.config, foundation };
  }
  const server = async (...args: Parameters<typeof engineCluster>) => (await engineCluster(...args))?.server;

  it("is the configured one for the foundation, whatever it exported before", async () => {
    for (const exported of [EXPORTED, undefined])
      assert.equal(await server(projectWith("kubeconfig"), exporting(exported), "foundation"), CONFIGURED);
  });

  it("is the exported one for every stage, and none before there is any", async () => {
    for (const stage of ["canary-75", undefined]) {
      assert.equal(await server(projectWith("kubeconfig"), exporting(EXPORTED), stage), EXPORTED);
      assert.equal(await server(projectWith("kubeconfig"), exporting(undefined), stage), undefined);
    }
  });

  it("is the exported one for a foundation that makes its cluster, and none before", async () => {
    assert.equal(await server(projectWith("gke"), exporting(EXPORTED), "foundation"), EXPORTED);
    assert.equal(await server(projectWith("gke"), exporting(undefined), "foundation"), undefined);
  });
});
