import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { parseDocument } from "yaml";
import { CANARY, PROJECT_ROOT } from "../../../local/paths.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { statusSchema } from "../../../src/results/schemas.ts";
import {
  administrator,
  environment,
  gatewayEdge,
  makeProject,
  type TestProject,
} from "../support/environment.ts";
import { createByKubectl } from "../support/kubectl.ts";
import { startCanary } from "../support/project.ts";
import { TEST_APPLICATION } from "../support/test-application.ts";

const PAGE = join(PROJECT_ROOT, "docs", "first-release.md");
const { image, port, probePath, resources } = TEST_APPLICATION;
const THEIRS = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "shop" },
  spec: {
    selector: { matchLabels: { app: "shop" } },
    template: {
      metadata: { labels: { app: "shop" } },
      spec: {
        securityContext: { runAsUser: 65532 },
        containers: [
          {
            name: "shop",
            image: `${image}:1.0.0`,
            ports: [{ containerPort: port }],
            readinessProbe: { httpGet: { path: probePath, port } },
            resources,
          },
        ],
      },
    },
  },
};

/** What the page has one type, but for what this machine has already (```bash). */
async function typedCommands(): Promise<string[]> {
  const page = await readFile(PAGE, "utf8");
  return [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = ""]) => commands);
}

describe("the page about a first release of one's own", function () {
  this.timeout(300_000);
  let api: KubernetesApi;
  let project: TestProject;
  let said: string;
  const run = (...words: string[]) =>
    startCanary(project, words, { KUBECONFIG: join(project.workspace.directory, "kubeconfig") });

  before(async () => {
    api = await administrator();
    await createByKubectl(api, "/api/v1/namespaces", { metadata: { name: "shop" } });
    await createByKubectl(api, "/apis/apps/v1/namespaces/shop/deployments", THEIRS);
    await gatewayEdge({ namespace: "shop-live", name: "shop" });
    project = await makeProject("first-release");
    // An empty folder, and a kubeconfig whose context has the page's name.
    await execa("find", [project.workspace.directory, "-mindepth", "1", "-delete"]);
    const kubeconfig = parseDocument(await readFile(environment().kubeconfig, "utf8"));
    kubeconfig.setIn(["contexts", 0, "name"], "production");
    kubeconfig.set("current-context", "production");
    await writeFile(join(project.workspace.directory, "kubeconfig"), String(kubeconfig));
  });

  after(() => api.send("DELETE", "/api/v1/namespaces/shop"));

  it("has commands that go through as they stand there", async () => {
    const commands = (await typedCommands()).map((text) =>
      text
        .replace("main: ../..", `main: ${PROJECT_ROOT}`)
        // The local Envoy follows at once, and no request of this test takes long: 45 s and 15 s are waited otherwise.
        .replace("class: contour }", "class: contour }, propagationSeconds: 2")
        .replace(/^sed .*$/m, "$&\nsed -i 's/^      port: .*/&\\n      drainSeconds: 2/' Pulumi.yaml"),
    );
    const script = [
      "set -euxo pipefail",
      'npx() { shift; "$NODE" "$CANARY" "$@"; }',
      ...commands.slice(0, -1),
    ];
    const { directory, environment: variables } = project.workspace;
    const { exitCode, all } = await execa("bash", ["-c", script.join("\n")], {
      cwd: directory,
      env: { ...variables, KUBECONFIG: join(directory, "kubeconfig"), NODE: process.execPath, CANARY },
      all: true,
      reject: false,
    });
    said = all;
    assert.equal(exitCode, 0, said);
  });

  it("comes to the new version with all of the traffic, and leaves the old Deployment alone", async () => {
    const { stdout } = await run("status", "--json");
    const { live } = statusSchema.parse(JSON.parse(stdout));
    assert.deepEqual([live?.stage, live?.release], ["canary-100", { previous: "1.0.0", canary: "2.0.0" }]);
    assert.equal(said.match(/ 0 failed: fits/g)?.length, 4, said);
    assert.ok(await api.get("/apis/apps/v1/namespaces/shop/deployments/shop"));
  });

  it("takes it away again", async () => {
    const last = (await typedCommands()).at(-1) ?? assert.fail("no commands");
    const { exitCode, stderr } = await run(...last.trim().split(" ").slice(2));
    assert.equal(exitCode, 0, stderr);
    assert.equal(await api.get("/api/v1/namespaces/shop-live"), undefined);
  });
});
