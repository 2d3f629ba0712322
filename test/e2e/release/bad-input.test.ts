import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { before, describe, it } from "mocha";
import { until } from "../../support/until.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import { found } from "../support/move.ts";

/** What an operator can get wrong, each with the words that the answer has to have. */
const MISTAKES: readonly {
  readonly what: string;
  readonly stage?: string;
  readonly project?: Readonly<Record<string, unknown>>;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly says: readonly string[];
}[] = [
  {
    what: "traffic that does not add up",
    values: { traffic: { previous: 75, canary: 30 } },
    says: ["traffic", "30", "must add up to 100 percent"],
  },
  {
    what: "a negative count",
    values: { replicas: { previous: -1, canary: 1 } },
    says: ["replicas.previous is -1", "must not be negative"],
  },
  {
    what: "a fractional count",
    values: { replicas: { previous: 1, canary: 1.5 } },
    says: ["replicas.canary is 1.5", "whole number of pods"],
  },
  {
    what: "a share that the replicas cannot give",
    values: { traffic: { previous: 99, canary: 1 }, replicas: { previous: 1, canary: 20 } },
    says: ["traffic.canary: 1 % cannot be given by 1 previous and 20 canary pods", "Set replicas to"],
  },
  {
    what: "a share without pods",
    values: { replicas: { previous: 0, canary: 1 } },
    says: ["traffic.previous is 75 % but replicas.previous is 0"],
  },
  {
    what: "the same version twice",
    project: { release: { previous: "2.4.18", canary: "2.4.18" } },
    says: ["release", "must be two versions"],
  },
  {
    what: "an image reference that is none",
    project: { release: { previous: "2.4.18", canary: "2.4.20:latest" } },
    says: ["release.canary", "2.4.20:latest", "must be an image tag"],
  },
  {
    what: "an unknown key",
    values: { trafic: { previous: 75, canary: 25 } },
    says: ["trafic is no known key; did you mean traffic?"],
  },
  {
    what: "a stage outside the lifecycle",
    project: { lifecycle: ["canary-75", "canary-100"] },
    says: ["stage canary-25 is not in lifecycle: canary-75, canary-100"],
  },
  {
    what: "a foundation that is a stage",
    project: { founding: "canary-25" },
    says: ['founding is "canary-25", which is a stage', "Pulumi.foundation.yaml"],
  },
  {
    what: "a cluster in a stage's file",
    values: { cluster: { kind: "kubeconfig", context: "nowhere" } },
    says: ["cluster stands in a stage's configuration", "Move it to Pulumi.foundation.yaml"],
  },
  {
    what: "an unreachable cluster",
    stage: "foundation",
    values: { cluster: { kind: "kubeconfig", context: "nowhere", kubeconfig: "UNREACHABLE" } },
    says: ["the cluster at https://127.0.0.1:9 cannot be reached"],
  },
  {
    what: "a context that is not there",
    stage: "foundation",
    values: { cluster: { kind: "kubeconfig", context: "nobody", kubeconfig: "UNREACHABLE" } },
    says: ["cluster.context is nobody", "nowhere"],
  },
  {
    what: "a stage before the foundation was applied",
    says: ["the foundation, stack foundation, was never applied", "pulumi up -s foundation"],
  },
];

describe("bad input", () => {
  for (const { what, stage = "canary-25", project = {}, values = {}, says } of MISTAKES) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const made = await makeProject("bad-input");
      await made.edit("Pulumi.yaml", project);
      await made.edit(`Pulumi.${stage}.yaml`, await withUnreachable(values, made));
      await made.pulumi("stack", "init", stage);
      const { exitCode, output } = await made.pulumi("up", "--yes", "--skip-preview", "-s", stage);
      assert.notEqual(exitCode, 0, output);
      for (const words of says) assert.ok(output.includes(words), `${words} is not in: ${output}`);
      assert.doesNotMatch(output, /^\s+at .*\.ts:\d+/m, "no stack trace");
      const api = await administrator();
      assert.equal(await api.get("/api/v1/namespaces/bad-input"), undefined);
    });
  }
});

async function withUnreachable(values: Readonly<Record<string, unknown>>, { workspace }: TestProject) {
  const cluster = values.cluster as { kubeconfig?: string } | undefined;
  if (cluster?.kubeconfig !== "UNREACHABLE") return values;
  const file = `${workspace.directory}/unreachable.json`;
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "nowhere", cluster: { server: "https://127.0.0.1:9" } }],
      users: [{ name: "nobody", user: { token: "none" } }],
      contexts: [{ name: "nowhere", context: { cluster: "nowhere", user: "nobody" } }],
    }),
  );
  return { ...values, cluster: { ...cluster, kubeconfig: file } };
}

describe("a cluster without Voyager", () => {
  let project: TestProject;
  const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ingresses.voyager.appscode.com";

  before(async () => {
    project = await makeProject("no-voyager");
    await found(project);
  });

  it("is refused before anything is made", async () => {
    const api = await administrator();
    const { metadata, spec } = (await api.get(definition)) as { metadata: { name: string }; spec: unknown };
    await api.send("DELETE", definition);
    try {
      await until(async () => !(await api.get("/apis/voyager.appscode.com/v1")));
      await project.pulumi("stack", "init", "canary-25");
      const { exitCode, output } = await project.pulumi("up", "--yes", "--skip-preview", "-s", "canary-25");
      assert.notEqual(exitCode, 0);
      assert.match(output, /does not serve voyager\.appscode\.com\/v1/);
      assert.deepEqual(await api.list("/apis/apps/v1/namespaces/no-voyager/deployments"), []);
    } finally {
      const content = {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: metadata.name },
        spec,
      };
      await api.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
        type: "application/json",
        content,
      });
      await until(async () => Boolean(await api.get("/apis/voyager.appscode.com/v1")));
    }
  });
});
