import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { readTokenKubeconfig, tokenKubeconfig } from "../../../src/cluster/kubeconfig.ts";
import type { FoundationConfig } from "../../../src/config/foundation.ts";
import { withDeployerToken } from "../../../src/engine/deployer-token.ts";
import { scratchFolder } from "../../../src/process/scratch.ts";
import { foundationOutputs } from "../../../src/program/outputs.ts";
import { fakeProject, NAMESPACE } from "../../support/fakes.ts";
import { type FakeCluster, kubeconfig, serve } from "../../support/program/cluster.ts";

describe("the deployer's token where the foundation keeps none", () => {
  let cluster: FakeCluster;
  let folder: string;
  let status: number;
  let asked: { url: string | undefined; body: Record<string, Record<string, unknown>> }[];

  beforeEach(async () => {
    folder = await scratchFolder("canary-token-test");
    status = 201;
    asked = [];
    cluster = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        asked.push({ url: request.url, body: JSON.parse(body) });
        const answer = {
          message: "no",
          status: { token: "issued-token", expirationTimestamp: "2026-11-28T05:00:00Z" },
        };
        response.writeHead(status).end(JSON.stringify(answer));
      });
    });
    await writeFile(join(folder, "kubeconfig"), kubeconfig(cluster));
  });
  afterEach(async () => {
    await cluster.close();
    await rm(folder, { recursive: true });
  });

  const outputs = (token: string | undefined) => ({
    deployerKubeconfig: tokenKubeconfig(
      "web-deployer",
      { server: cluster.url, certificateAuthority: cluster.certificate },
      token,
    ),
    edgeAddress: "192.0.2.1",
  });

  function project(context = "test") {
    const fake = fakeProject();
    const named = { kind: "kubeconfig", context, kubeconfig: join(folder, "kubeconfig") };
    const foundation = async () => ({ ...(await fake.foundation()), cluster: named }) as FoundationConfig;
    return { config: fake.config, foundation };
  }

  it("is issued for an hour by whoever administers the cluster, bound to the Secret that ends it", async () => {
    const { deployerKubeconfig, edgeAddress } = await withDeployerToken(project(), outputs(undefined));
    assert.equal(readTokenKubeconfig(deployerKubeconfig).token, "issued-token");
    assert.equal(edgeAddress, "192.0.2.1");
    const name = `${NAMESPACE}-deployer`;
    assert.deepEqual(
      asked.map(({ url, body }) => [url, body.spec]),
      [
        [
          `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${name}/token`,
          {
            expirationSeconds: 3600,
            boundObjectRef: { apiVersion: "v1", kind: "Secret", name: `${name}-token` },
          },
        ],
      ],
    );
  });

  it("is not issued where there is one", async () => {
    const kept = outputs("kept-token");
    assert.deepEqual(await withDeployerToken(project(), kept), kept);
    assert.deepEqual(asked, []);
  });

  it("is the one that whoever acts was given, also in the place of a kept one", () => {
    for (const token of [undefined, "kept-token"]) {
      const found = foundationOutputs({ ...outputs(token) }, "given-token\n");
      assert.equal(readTokenKubeconfig(found?.deployerKubeconfig ?? "").token, "given-token");
    }
    assert.deepEqual(foundationOutputs({ ...outputs("kept-token") }, ""), outputs("kept-token"));
  });

  it("cannot be had without such access, which is said with what to do", async () => {
    await assert.rejects(withDeployerToken(project("another"), outputs(undefined)), {
      name: "UserError",
      message:
        /CANARY_TOKEN is not set; none could be issued: cluster\.context is another, which the kubeconfig does not have/,
      hint: /canary token/,
    });
  });

  it("cannot be had of a cluster that does not give it", async () => {
    status = 403;
    await assert.rejects(withDeployerToken(project(), outputs(undefined)), {
      name: "UserError",
      message: /none could be issued: no token of web-deployer could be issued: no$/,
    });
  });
});
