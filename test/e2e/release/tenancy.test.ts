import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { ApiError, type KubernetesApi, type RequestBody } from "../../../src/cluster/api.ts";
import { connect } from "../../../src/cluster/connect.ts";
import { configMapPath } from "../../../src/cluster/objects.ts";
import { UserError } from "../../../src/errors.ts";
import { applyFoundation } from "../../../src/operations/foundation.ts";
import { applyStage, previewStage } from "../../../src/operations/move.ts";
import { until } from "../../support/until.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import { canary } from "../support/project.ts";
import { unattended } from "../support/unattended.ts";

const NAMESPACE = "e2e-tenancy";

describe("the restricted account", () => {
  let project: TestProject;
  let deployer: KubernetesApi;
  let kubeconfig: string;
  const printed: string[] = [];

  before(async () => {
    project = await makeProject(NAMESPACE);
    const operator = await project.operator();
    const onOutput = (text: string) => printed.push(text);
    await applyFoundation(operator, { ...unattended, onOutput });
    await applyStage(operator, await previewStage(operator, "canary-25", { onOutput }), { onOutput });
    const name = ["--stack", "foundation", "--show-secrets"];
    const { exitCode, output } = await project.pulumi("stack", "output", "deployerKubeconfig", ...name);
    assert.equal(exitCode, 0, output);
    kubeconfig = output;
    deployer = await connect({ exported: kubeconfig });
  });

  it("reads what it has to", async () => {
    assert.ok(await deployer.get(configMapPath(NAMESPACE, "httpd-release")));
    assert.ok(await deployer.get(`/api/v1/namespaces/${NAMESPACE}/pods`));
  });

  const forbidden: readonly [what: string, method: string, path: string, body?: RequestBody["content"]][] = [
    ["read another namespace", "GET", "/api/v1/namespaces/kube-system/configmaps"],
    ["read its own namespace's secrets", "GET", `/api/v1/namespaces/${NAMESPACE}/secrets`],
    ["list nodes", "GET", "/api/v1/nodes"],
    ["list namespaces", "GET", "/api/v1/namespaces"],
    ["run a command in a pod", "POST", `/api/v1/namespaces/${NAMESPACE}/pods/any/exec?command=id`],
    ["delete its namespace", "DELETE", `/api/v1/namespaces/${NAMESPACE}`],
    [
      "make a Role",
      "POST",
      `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles`,
      { metadata: { name: "more" }, rules: [] },
    ],
    ["make a pod", "POST", `/api/v1/namespaces/${NAMESPACE}/pods`, { metadata: { name: "mine" }, spec: {} }],
  ];
  for (const [what, method, path, content] of forbidden) {
    it(`may not ${what}`, async () => {
      const body: RequestBody | undefined = content ? { type: "application/json", content } : undefined;
      await assert.rejects(
        deployer.send(method, path, body),
        (error: unknown) => error instanceof ApiError && error.status === 403,
      );
    });
  }

  it("may not run what the restricted Pod Security Standard forbids", async () => {
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments?dryRun=All`;
    const labels = { app: "privileged" };
    const container = { name: "main", image: "httpd:2.4.18", securityContext: { privileged: true } };
    const content = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      // A name that it may have: of two policies that refuse, either may speak first.
      metadata: { name: "httpd-new" },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    };
    const api = await administrator();
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "privileged" },
      spec: { containers: [container] },
    };
    await assert.rejects(
      api.send("POST", `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, {
        type: "application/json",
        content: pod,
      }),
      /violates PodSecurity/,
    );
    await assert.rejects(
      deployer.send("POST", path, { type: "application/json", content }),
      /denied request: it makes pods that do not carry the labels of the application httpd/,
    );
  });

  it("leaves its token in no state file, no output and no log", async () => {
    const token =
      (JSON.parse(kubeconfig) as { users: { user: { token: string } }[] }).users[0]?.user.token ?? "";
    assert.ok(token.length > 100, "there is a token to look for");
    const secrets = [token, Buffer.from(token).toString("base64")];
    const backend = join(project.workspace.directory, "..", "backend");
    const files = await readdir(backend, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
    );
    assert.ok(texts.length > 0);
    const outputs = await project.pulumi("stack", "output", "-s", "foundation");
    for (const text of [...texts, outputs.output, printed.join("")]) {
      assert.ok(
        secrets.every((secret) => !text.includes(secret)),
        "the token stands in clear",
      );
    }
    assert.match(outputs.output, /deployerKubeconfig\s+\[secret\]/);
  });

  it("has a token that ends when its Secret is deleted, and another one by canary foundation", async () => {
    // The API server remembers for ten seconds that it took a token.
    const refused = () =>
      until(
        () =>
          deployer.get(configMapPath(NAMESPACE, "httpd-release")).then(
            () => false,
            (error: unknown) => error instanceof UserError && error.message.includes("(401)"),
          ),
        { what: "the token is refused", timeoutMs: 20_000, everyMs: 500 },
      );
    const api = await administrator();
    await api.send("DELETE", `/api/v1/namespaces/${NAMESPACE}/secrets/${NAMESPACE}-deployer-token`);
    await refused();
    const applied = await canary(project, "foundation", "--yes");
    assert.equal(applied.exitCode, 0, applied.stderr);
    const name = ["--stack", "foundation", "--show-secrets"];
    const { output } = await project.pulumi("stack", "output", "deployerKubeconfig", ...name);
    const renewed = await connect({ exported: output });
    assert.ok(await renewed.get(configMapPath(NAMESPACE, "httpd-release")));
    await refused();
  });
});
