import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { readProject } from "../../../src/project/project.ts";

const PROJECT = `
name: canary-stages
config:
  pulumi:disable-default-providers: { value: ["*"] }
  canary-stages:namespace: apps
  router: voyager
  lifecycle: { value: [small, all] }
  release: { value: { previous: "1.0.0", canary: "1.1.0" } }
  app:
    value:
      name: app
      image: registry.example.com/app
      port: 5000
      probePath: /
      resources: { requests: { cpu: 50m, memory: 50Mi }, limits: { cpu: 100m, memory: 100Mi } }
`;

const STAGE = `
config:
  canary-stages:traffic: { previous: 90, canary: 10 }
  canary-stages:replicas: { previous: 1, canary: 1 }
`;

describe("readProject", () => {
  let folder: string;
  const write = (file: string, text: string) => writeFile(join(folder, file), text);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "canary-project-"));
    await write("Pulumi.yaml", PROJECT);
    await write("Pulumi.small.yaml", STAGE);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reads this project as Pulumi does", async () => {
    const project = await readProject(PROJECT_ROOT);
    assert.equal(project.name, "canary-stages");
    assert.deepEqual(project.config.lifecycle, ["canary-25", "canary-75", "canary-100"]);
    const config = await project.stage("canary-75");
    assert.deepEqual(config.traffic, { previous: 25, canary: 75 });
    assert.equal(config.app.name, "httpd");
  });

  it("takes keys with and without the project's namespace, and no others", async () => {
    const { config } = await readProject(folder);
    assert.equal(config.namespace, "apps");
    assert.equal(config.founding, "foundation");
  });

  it("takes a value, a default or a scalar of Pulumi.yaml, and none of a key that is only declared", async () => {
    const declared = "  founding: { type: string, description: where the cluster is declared }\n";
    const values = PROJECT.replace(
      "canary-stages:namespace: apps",
      "namespace: { default: apps, type: string }",
    );
    await write("Pulumi.yaml", values.replace("lifecycle: { value:", "lifecycle: { default:") + declared);
    const { config } = await readProject(folder);
    assert.equal(config.namespace, "apps");
    assert.deepEqual(config.lifecycle, ["small", "all"]);
    assert.equal(config.founding, "foundation");
  });

  const reasons: readonly [yaml: string, reason: string][] = [
    ['"[INC-42] reason"', "[INC-42] reason"],
    ["'[\"INC-42\"]'", '["INC-42"]'],
    ["4711", "4711"],
    ["true", "true"],
  ];
  for (const [yaml, reason] of reasons) {
    it(`reads the text ${yaml} as the program does`, async () => {
      await write("Pulumi.small.yaml", `${STAGE}  canary-stages:lifecycleOverride: ${yaml}\n`);
      const { lifecycleOverride } = await (await readProject(folder)).stage("small");
      assert.equal(lifecycleOverride, reason);
    });
  }

  it("does not trip over a secret that stands encrypted in the foundation's file", async () => {
    const cluster = "  canary-stages:cluster: { kind: kubeconfig, context: test }\n";
    const secret = "  canary-stages:voyagerLicense:\n    secure: v1:AAAA:BBBB\n";
    await write("Pulumi.foundation.yaml", `config:\n${cluster}${secret}`);
    const config = await (await readProject(folder)).foundation();
    assert.ok(!("voyagerLicense" in config));
    assert.equal(config.cluster.kind, "kubeconfig");
  });

  it("says what encrypts a stack's secrets: its own file, or the foundation's", async () => {
    await write("Pulumi.all.yaml", STAGE);
    await write("Pulumi.foundation.yaml", "config: {}\n");
    const provider = async () => (await readProject(folder)).secretsProvider("all");
    assert.equal(await provider(), undefined);
    await write("Pulumi.foundation.yaml", "secretsprovider: gcpkms://founding\nconfig: {}\n");
    assert.equal(await provider(), "gcpkms://founding");
    await write("Pulumi.all.yaml", `secretsprovider: passphrase\n${STAGE}`);
    assert.equal(await provider(), "passphrase");
  });

  const refused: readonly [what: string, act: () => Promise<unknown>, message: RegExp][] = [
    ["no project", () => readProject(join(folder, "nowhere")), /nowhere\/Pulumi\.yaml cannot be read/],
    [
      "no YAML",
      async () => {
        await write("Pulumi.yaml", "config: [");
        return readProject(folder);
      },
      /Pulumi\.yaml is no YAML: /,
    ],
    [
      "an unknown stage",
      async () => (await readProject(folder)).stage("half"),
      /stage half is not in lifecycle: small, all/,
    ],
    [
      "a stage without a file",
      async () => (await readProject(folder)).stage("all"),
      /Pulumi\.all\.yaml cannot be read/,
    ],
    [
      "a stage's value in the project",
      async () => {
        await write("Pulumi.yaml", `${PROJECT}  traffic: { value: { previous: 90, canary: 10 } }\n`);
        return readProject(folder);
      },
      /^traffic is no known key/,
    ],
    [
      "a wrong value in a stage's file",
      async () => {
        await write("Pulumi.small.yaml", STAGE.replace("90", "80"));
        return (await readProject(folder)).stage("small");
      },
      /^traffic is \{"previous":80,"canary":10\}: previous and canary must add up to 100 percent$/,
    ],
  ];
  describe("the secrets of a stage", () => {
    const WITH_SECRETS = PROJECT.replace(
      "      port: 5000\n",
      "      port: 5000\n      secrets: { TOKEN: { config: token } }\n",
    );
    const SECURE = "{ secure: v1:abc:def }";
    const requireIn = async (values: string, project = WITH_SECRETS): Promise<void> => {
      await write("Pulumi.yaml", project);
      await write("Pulumi.small.yaml", STAGE + values);
      await (await readProject(folder)).requireSecrets(["small", "canary-0"]);
    };

    it("are there encrypted, each by itself or all as one; a stage without a file is left out", async () => {
      await requireIn(
        `  canary-stages:secrets: { token: ${SECURE} }\n  canary-stages:secretsKey: ${SECURE}\n`,
      );
      await requireIn(`  canary-stages:secrets: ${SECURE}\n`);
      await requireIn("", PROJECT);
    });

    it("are refused where one is missing, or the key of their hash", async () => {
      await assert.rejects(requireIn(""), {
        message: "app.secrets.TOKEN is secrets.token, which Pulumi.small.yaml does not have",
      });
      await assert.rejects(requireIn(`  canary-stages:secrets: { token: ${SECURE} }\n`), {
        message: "secretsKey is missing in Pulumi.small.yaml, and app has secrets of the project",
      });
    });

    it("are refused in clear, and not shown", async () => {
      const inClear = "  canary-stages:secrets: { token: geheim }\n  canary-stages:secretsKey: geheim\n";
      await assert.rejects(requireIn(inClear), (error: Error) => {
        assert.equal(error.message, "secrets.token, secretsKey stand in clear in Pulumi.small.yaml");
        assert.match(String(error), /pulumi config set --secret --path secrets\.token --stack small; /);
        assert.doesNotMatch(String(error), /geheim/);
        return true;
      });
    });
  });

  for (const [what, act, message] of refused) {
    it(`refuses ${what}`, () => assert.rejects(act(), { message }));
  }
});
