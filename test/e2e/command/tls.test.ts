import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { generate } from "selfsigned";
import { promoteSchema, verifySchema } from "../../../src/results/schemas.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import { found } from "../support/move.ts";
import { canary, type Ended } from "../support/project.ts";

const NAMESPACE = "e2e-tls";
const HOST = "shop.example.com";
const SECRET = "shop-tls";
const FEW = ["--requests", "400", "--precision", "10"];

describe("canary at an edge that serves one host", function () {
  this.timeout(240_000);
  let project: TestProject;
  let authority: string;
  const run = (...words: string[]): Promise<Ended> => canary(project, ...words, "--json", ...FEW);
  const verify = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await run("verify", ...words);
    assert.notEqual(stdout, "", stderr);
    return { exitCode, ...verifySchema.parse(JSON.parse(stdout)) };
  };
  const promote = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await run("promote", "--yes", "--rollback-on-failure", ...words);
    assert.equal(exitCode, 0, stderr || stdout);
    const [outcome] = promoteSchema.parse(JSON.parse(stdout));
    return outcome;
  };

  before(async () => {
    project = await makeProject(NAMESPACE);
    authority = join(project.workspace.directory, "authority.pem");
  });

  it("asks for that host by itself: a promotion fits, and nothing goes back", async () => {
    await project.edit("Pulumi.yaml", { edge: { host: HOST } });
    await found(project);
    const { stage, verification, rolledBack } = (await promote()) ?? {};
    assert.deepEqual([stage, verification?.fits, rolledBack], ["canary-25", true, null]);
    assert.equal(verification?.host, HOST);
    assert.match(verification.url, /^http:/);
  });

  it("measures by HTTPS once the edge has TLS, with the certificate verified", async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: HOST }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: HOST }] }],
    });
    await writeFile(authority, cert);
    const metadata = { name: SECRET, namespace: NAMESPACE };
    const stringData = { "tls.crt": cert, "tls.key": key };
    const content = { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/tls", stringData };
    const api = await administrator();
    await api.send("POST", `/api/v1/namespaces/${NAMESPACE}/secrets`, { type: "application/json", content });
    await project.edit("Pulumi.yaml", { edge: { host: HOST, tls: { secret: SECRET } } });
    const { stage, verification, rolledBack } = (await promote("--ca", authority)) ?? {};
    assert.deepEqual([stage, verification?.fits, rolledBack], ["canary-75", true, null]);
    assert.equal(verification?.host, HOST);
    assert.match(verification.url, /^https:/);
  });

  it("takes a self-signed certificate only when that is said", async () => {
    const refused = await verify();
    assert.deepEqual([refused.exitCode, refused.failed], [4, refused.requests]);
    assert.match(refused.problems.join(), /self-signed certificate .*--accept-self-signed/);
    const accepted = await verify("--accept-self-signed");
    assert.deepEqual([accepted.exitCode, accepted.problems], [0, []]);
    const other = await verify("--accept-self-signed", "--host", "www.example.com");
    assert.match(other.problems.join(), /does not match certificate's altnames/);
  });
});
