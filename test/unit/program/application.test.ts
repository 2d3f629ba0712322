import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import {
  fixedImages,
  limitedResources,
  noSecretsInEnvironment,
  secretsInConfigMap,
  unprivileged,
} from "../../../policy/rules.ts";
import { scratchFolder } from "../../../src/process/scratch.ts";
import { SHOP } from "../../support/application.ts";
import { refusalOf, runStage, type StageRun, type StageSetting } from "../../support/program/mocks.ts";
import { deploymentOf, type Json, only } from "../../support/program/stage-objects.ts";
import { clusterAfter, stageOf } from "../../support/program/stages.ts";

const PASSWORD = "not-for-eyes";
const LOGO = Buffer.from([0x89, 0x50, 0xff, 0x00]);
const SECRET = "kubernetes:core/v1:Secret";

const CORE = "/api/v1/namespaces/httpdcanary";
/** What somebody else keeps, and the application needs. */
const FOREIGN: Json = {
  [`${CORE}/secrets/shop-api`]: { data: { token: "eA==" } },
  [`${CORE}/configmaps/shared`]: { data: {} },
  [`${CORE}/persistentvolumeclaims/shop`]: { spec: {} },
};

/** A stage of the committed project, with a real application in the place of httpd. */
function shopIn(stage: string, directory: string, values: Json = {}, cluster: Json = {}): StageSetting {
  const setting = stageOf(stage, { ...FOREIGN, ...cluster });
  const app = { ...SHOP, files: { ...(SHOP.files as Json), "/srv/logo.png": { file: "logo.png" } } };
  const secrets = { dbPassword: PASSWORD, unused: "of nobody" };
  const config = { ...setting.config, app, secrets, secretsKey: "k".repeat(32), ...values };
  return { ...setting, directory, config };
}

describe("a real application", () => {
  let folder: string;
  let founding: StageRun;
  let later: StageRun;
  let foundation: StageRun;
  before(async () => {
    folder = await scratchFolder("canary-stages-shop");
    await writeFile(join(folder, "logo.png"), LOGO);
    founding = await runStage(shopIn("canary-25", folder));
    const { config, ...setting } = stageOf("foundation");
    foundation = await runStage({ ...setting, config: { ...config, app: SHOP } });
    later = await runStage(shopIn("canary-75", folder, {}, clusterAfter(founding)));
  });
  after(() => rm(folder, { recursive: true }));

  it("has its files in an immutable ConfigMap of its version, texts and bytes", () => {
    const { inputs } = only(founding, "kubernetes:core/v1:ConfigMap", "shop-new-content");
    assert.deepEqual(inputs.data, {
      "0-run.sh": "#!/bin/sh\n",
      "1-shop.conf": "version = 2.4.20\n",
      "3-proxy.conf": "listen 5432",
    });
    assert.deepEqual(inputs.binaryData, { "2-logo.png": LOGO.toString("base64") });
    assert.equal(inputs.immutable, true);
  });

  it("has its secrets in an immutable Secret of its version, which pods take them from", () => {
    for (const track of ["shop-previous", "shop-new"]) {
      const { inputs, secrets, retainOnDelete } = only(founding, SECRET, `${track}-secrets`);
      const { name } = inputs.metadata as { name: string };
      assert.match(name, new RegExp(`^${track}-[0-9a-f]{10}$`));
      assert.deepEqual(inputs.data, { dbPassword: Buffer.from(PASSWORD).toString("base64") });
      assert.equal(inputs.immutable, true);
      assert.deepEqual(secrets, ["data"]);
      assert.equal(retainOnDelete, true);
      assert.match(JSON.stringify(deploymentOf(founding, track)), new RegExp(`"name":"${name}"`));
      assert.ok(
        only(founding, "kubernetes:apps/v1:Deployment", track).dependsOn.includes(`${track}-secrets`),
      );
    }
  });

  it("shows a secret nowhere else: no object, output or warning has it", () => {
    const encoded = Buffer.from(PASSWORD).toString("base64");
    for (const run of [founding, later]) {
      const others = run.resources.filter(({ name }) => !name.endsWith("-secrets"));
      assert.equal(others.length, run.resources.length - 2);
      const shown = JSON.stringify([others, run.outputs, run.warnings]);
      assert.ok(!shown.includes(PASSWORD) && !shown.includes(encoded));
    }
  });

  it("has the same files, secrets and pods in the next stage, but for their weight", () => {
    for (const [type, name] of [
      ["kubernetes:core/v1:ConfigMap", "shop-new-content"],
      [SECRET, "shop-new-secrets"],
    ] as const) {
      assert.deepEqual(only(later, type, name).inputs, only(founding, type, name).inputs);
    }
    const pod = (run: StageRun) => deploymentOf(run, "shop-new").spec.template.spec;
    assert.deepEqual(pod(later), pod(founding));
  });

  it("marks its pods beside the router's marks", () => {
    const { template } = deploymentOf(founding, "shop-new").spec as unknown as {
      template: { metadata: Json };
    };
    assert.deepEqual(template.metadata, {
      labels: { team: "shop", app: "shop", track: "canary", serving: "true" },
      annotations: { "prometheus.io/scrape": "true", "ingress.appscode.com/backend-weight": "25" },
    });
  });

  it("keeps every rule of the policy pack", () => {
    const pod = deploymentOf(founding, "shop-new").spec.template.spec as never;
    for (const rule of [fixedImages, limitedResources, unprivileged, noSecretsInEnvironment]) {
      assert.deepEqual(rule(pod), []);
    }
    const { data } = only(founding, "kubernetes:core/v1:ConfigMap", "shop-new-content").inputs;
    assert.deepEqual(secretsInConfigMap(data as Record<string, string>), []);
  });

  it("lets the deployer write Secrets, and list none", () => {
    const rulesOf = (run: StageRun) =>
      only(run, "kubernetes:rbac.authorization.k8s.io/v1:Role", "tenancy-deployer").inputs.rules as Json[];
    const ofSecrets = rulesOf(foundation).filter(({ resources }) =>
      (resources as string[]).includes("secrets"),
    );
    assert.deepEqual(ofSecrets, [
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "create", "patch", "delete"] },
    ]);
  });

  it("takes connections on all of its ports", () => {
    const { spec } = only(foundation, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "tenancy").inputs as {
      spec: Json;
    };
    assert.deepEqual(spec.ingress, [
      {
        ports: [
          { protocol: "TCP", port: 8080 },
          { protocol: "TCP", port: 9090 },
          { protocol: "TCP", port: 9901 },
        ],
      },
    ]);
  });

  it("is refused before anything is registered: without its secret, its file, or its drain", async () => {
    assert.match(
      await refusalOf(shopIn("canary-25", folder, { secrets: { unused: PASSWORD } })),
      /^app\.secrets\.DB_PASSWORD is secrets\.dbPassword, which Pulumi\.canary-25\.yaml does not have\nThe stage has unused\./,
    );
    assert.match(
      await refusalOf(shopIn("canary-25", join(folder, ".."))),
      /^app\.files\["\/srv\/logo\.png"\]\.file is "logo\.png": .*\/logo\.png is not there\n/,
    );
    const pod = { containers: [{ name: "shop", lifecycle: null }] };
    assert.match(
      await refusalOf(shopIn("canary-25", folder, { app: { ...SHOP, pod } })),
      /^app\.pod\.containers\[shop\]\.lifecycle\.preStop is missing: must sleep for 15 s/,
    );
  });

  it("is refused where what somebody else keeps is not there, or has not the key, with where it is named", async () => {
    const missing = Object.fromEntries(Object.keys(FOREIGN).map((path) => [path, undefined]));
    assert.equal(
      (await refusalOf(shopIn("canary-25", folder, {}, missing))).split("\nIts pods would wait for it.")[0],
      [
        "app.secrets.API_KEY is of Secret httpdcanary/shop-api, which is not there",
        "app.envFrom[0] is of ConfigMap httpdcanary/shared, which is not there",
        "app.volumes.data.persistentVolumeClaim is of PersistentVolumeClaim httpdcanary/shop, which is not there",
      ].join("\n"),
    );
    const other = { [`${CORE}/secrets/shop-api`]: { data: { key: "eA==" } } };
    assert.match(
      await refusalOf(shopIn("canary-25", folder, {}, other)),
      /^app\.secrets\.API_KEY is of Secret httpdcanary\/shop-api, which has no key token: it has key\n/,
    );
  });

  it("is taken where the deployer may not see what somebody else keeps", async () => {
    const unseen = Object.fromEntries(Object.keys(FOREIGN).map((path) => [path, { forbidden: true }]));
    const { resources } = await runStage(shopIn("canary-25", folder, {}, unseen));
    assert.ok(resources.length > 0);
  });

  it("goes back though it is not there any more", async () => {
    const gone = { ...clusterAfter(later), [`${CORE}/configmaps/shared`]: undefined };
    const { resources } = await runStage(shopIn("canary-25", folder, {}, gone));
    assert.ok(resources.length > 0);
  });

  it("lets the deployer see of others what its pods need, and nothing else", async () => {
    const app = { ...SHOP, secrets: { API_KEY: { secret: "shop-api", key: "token" } } };
    const { config, ...setting } = stageOf("foundation");
    const run = await runStage({ ...setting, config: { ...config, app } });
    const { rules } = only(run, "kubernetes:rbac.authorization.k8s.io/v1:Role", "tenancy-deployer").inputs;
    assert.deepEqual(
      (rules as Json[]).filter(({ resourceNames }) => resourceNames !== undefined),
      [
        { apiGroups: [""], resources: ["secrets"], resourceNames: ["shop-api"], verbs: ["get"] },
        { apiGroups: [""], resources: ["persistentvolumeclaims"], resourceNames: ["shop"], verbs: ["get"] },
      ],
    );
  });

  it("does not show a secret that is wrong", async () => {
    const text = await refusalOf(shopIn("canary-25", folder, { secretsKey: PASSWORD }));
    assert.match(text, /^secretsKey is not right \(a secret, not shown\): must have at least 32 characters/);
    assert.ok(!text.includes(PASSWORD));
  });
});

describe("an application that asks for baseline", () => {
  it("gets a namespace that enforces no more, where its router would have it restricted", async () => {
    const enforced = async (app: Json) => {
      const setting = stageOf("foundation");
      const run = await runStage({ ...setting, config: { ...setting.config, router: "replicas", app } });
      const { labels } = only(run, "kubernetes:core/v1:Namespace", "tenancy").inputs.metadata as {
        labels: Json;
      };
      return labels["pod-security.kubernetes.io/enforce"];
    };
    const { content: _, ...app } = stageOf("foundation").config.app as Json;
    assert.equal(await enforced(app), "restricted");
    const podSecurity = { standard: "baseline", reason: "the image starts as root" };
    assert.equal(await enforced({ ...app, podSecurity }), "baseline");
  });
});
