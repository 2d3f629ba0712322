import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import type { RecordedVersion } from "../../../src/model/version.ts";
import { objectsUsedBy, versionObjects } from "../../../src/program/version-objects.ts";
import { LEAST } from "../../support/application.ts";
import { refusalOf, runStage, type StageRun, type StageSetting } from "../../support/program/mocks.ts";
import { deploymentOf, type Json, only } from "../../support/program/stage-objects.ts";
import { clusterAfter, stageOf } from "../../support/program/stages.ts";

const APP = {
  ...LEAST,
  env: { LOG_LEVEL: "info" },
  files: { "/etc/shop.conf": "version = {version}\n" },
  secrets: { PASSWORD: { config: "password" } },
};
const DEBUG = { image: "1.0.0", env: { LOG_LEVEL: "debug" }, drainSeconds: 20 };
const RELEASE = { previous: "1.0.0", canary: "debug" };
const SECRETS = { secrets: { password: "geheim", other: "anders" }, secretsKey: "k".repeat(32) };
const SECRET_PATH = "/api/v1/namespaces/httpdcanary/secrets/";

/** A release of configuration alone, at a stage. */
function stage(name: string, after?: StageRun, changed: Json = {}): StageSetting {
  const setting = stageOf(name, after && { ...clusterAfter(after), ...secretsOf(after) });
  const versions = { debug: DEBUG };
  return {
    ...setting,
    config: { ...setting.config, app: APP, release: RELEASE, versions, ...SECRETS, ...changed },
  };
}

const secretsOf = ({ resources }: StageRun): Json =>
  Object.fromEntries(
    resources
      .filter(({ type }) => type === "kubernetes:core/v1:Secret")
      .map(({ inputs }) => [`${SECRET_PATH}${(inputs.metadata as { name: string }).name}`, inputs]),
  );

interface Pod {
  readonly metadata: { readonly annotations: Json };
  readonly spec: { readonly containers: readonly Json[]; readonly terminationGracePeriodSeconds: number };
}

const podOf = (run: StageRun, name: string): Pod => deploymentOf(run, name).spec.template as unknown as Pod;
const logLevel = (run: StageRun, name: string): unknown =>
  ((podOf(run, name).spec.containers[0]?.env ?? []) as Json[]).find((one) => one.name === "LOG_LEVEL")?.value;
const contentOf = (run: StageRun, track: string): Json =>
  only(run, "kubernetes:core/v1:ConfigMap", `${track}-content`).inputs;
const recordOf = (run: StageRun): Json =>
  only(run, "kubernetes:core/v1:ConfigMap", "shop-release").inputs.data as Json;

describe("a release of configuration alone", () => {
  let founding: StageRun;
  let later: StageRun;
  before(async () => {
    founding = await runStage(stage("canary-25"));
    later = await runStage(stage("canary-75", founding));
  });

  it("has the same image on both sides, and each version's own settings", () => {
    const [previous, canary] = [podOf(founding, "shop-previous"), podOf(founding, "shop-new")];
    assert.deepEqual(
      [previous, canary].map(({ spec }) => spec.containers[0]?.image),
      ["registry.test/shop:1.0.0", "registry.test/shop:1.0.0"],
    );
    assert.deepEqual(
      [logLevel(founding, "shop-previous"), logLevel(founding, "shop-new")],
      ["info", "debug"],
    );
    assert.deepEqual(
      [previous, canary].map(({ spec }) => spec.terminationGracePeriodSeconds),
      [25, 30],
    );
    assert.deepEqual(
      ["shop-previous", "shop-new"].map((track) => contentOf(founding, track).data),
      [{ "0-shop.conf": "version = 1.0.0\n" }, { "0-shop.conf": "version = debug\n" }],
    );
  });

  it("marks the pods whose version their image does not tell, and no others", () => {
    assert.deepEqual(podOf(founding, "shop-new").metadata.annotations, {
      "canary-stages/version": "debug",
      "ingress.appscode.com/backend-weight": "25",
    });
    assert.deepEqual(podOf(founding, "shop-previous").metadata.annotations, {
      "ingress.appscode.com/backend-weight": "75",
    });
  });

  it("keeps what each version is made from in the record, and no secret", () => {
    const { versions, ...record } = recordOf(later);
    assert.deepEqual([record.previous, record.canary], ["1.0.0", "debug"]);
    const of = JSON.parse(String(versions)) as Record<string, { app: Json }>;
    assert.deepEqual(of.canary?.app.env, { LOG_LEVEL: "debug" });
    assert.deepEqual(of.previous?.app.env, { LOG_LEVEL: "info" });
    assert.doesNotMatch(String(versions), /geheim|version = /);
    assert.equal(versions, recordOf(founding).versions);
  });

  it("is refused in any stage while what is live would change, with every value", async () => {
    const app = { ...APP, env: { LOG_LEVEL: "warn" } };
    for (const name of ["canary-25", "canary-75"]) {
      const text = await refusalOf(stage(name, founding, { app }));
      assert.match(
        text,
        new RegExp(
          `^stage ${name} is refused: what is live changes through the stages alone
version 1\\.0\\.0 is live, and would be changed:
  env\\.LOG_LEVEL  info → warn
Take it back, or release it: .* lifecycleOverride in Pulumi\\.${name}\\.yaml`,
        ),
      );
    }
    const versions = { debug: { ...DEBUG, env: { LOG_LEVEL: "trace" } } };
    assert.match(
      await refusalOf(stage("canary-75", founding, { versions })),
      /version debug is live.*\n {2}env\.LOG_LEVEL {2}debug → trace/,
    );
  });

  it("is refused when a secret has another value, by its name alone", async () => {
    const secrets = { password: "neu-gesetzt" };
    const text = await refusalOf(stage("canary-75", founding, { secrets }));
    assert.match(
      text,
      /version 1\.0\.0 is live, .*\n {2}secrets\.PASSWORD {2}changed\nversion debug is live/,
    );
    assert.doesNotMatch(text, /geheim|neu-gesetzt/);
  });

  it("may change what is live where somebody says why, and the record has that", async () => {
    const app = { ...APP, env: { LOG_LEVEL: "warn" } };
    const lifecycleOverride = "INC-42: the log is full";
    const run = await runStage(stage("canary-25", founding, { app, lifecycleOverride }));
    assert.equal(logLevel(run, "shop-previous"), "warn");
    assert.equal(recordOf(run).override, lifecycleOverride);
    assert.match(String(recordOf(run).versions), /warn/);
    assert.deepEqual(run.warnings, [
      "version 1.0.0 is live, and would be changed:\n  env.LOG_LEVEL  info → warn",
    ]);
  });

  it("may do so with a secret, which is told by its name", async () => {
    const changed = { secrets: { password: "neu-gesetzt" }, lifecycleOverride: "INC-42" };
    const { warnings } = await runStage(stage("canary-75", founding, changed));
    assert.deepEqual(warnings, [
      "version 1.0.0 is live, and would be changed:\n  secrets.PASSWORD  changed",
      "version debug is live, and would be changed:\n  secrets.PASSWORD  changed",
    ]);
  });

  it("may have other hooks than what is live, with secrets of their own: no pod is made anew", async () => {
    const before = { command: ["/bin/migrate"], secrets: { ADMIN: { config: "other" } } };
    const setting = stage("canary-75", founding, { app: { ...APP, hooks: { before } } });
    const jobs =
      "/apis/batch/v1/namespaces/httpdcanary/jobs?labelSelector=canary-stages%2Fapp%3Dshop%2Ccanary-stages%2Fhook%3Dbefore";
    const run = await runStage({ ...setting, cluster: { ...setting.cluster, [jobs]: { items: [] } } });
    for (const track of ["shop-previous", "shop-new"]) {
      assert.deepEqual(podOf(run, track).spec, podOf(founding, track).spec);
    }
    assert.equal(recordOf(run).versions, recordOf(founding).versions);
  });

  it("takes a record over that does not tell what versions were made from", async () => {
    const cluster = clusterAfter(founding);
    const path = "/api/v1/namespaces/httpdcanary/configmaps/shop-release";
    const { versions: _, ...data } = (cluster[path] as { data: Json }).data;
    const app = { ...APP, env: { LOG_LEVEL: "warn" } };
    const setting = stage("canary-75", founding, { app });
    const run = await runStage({ ...setting, cluster: { ...setting.cluster, [path]: { data } } });
    assert.match(String(recordOf(run).versions), /warn/);
  });

  it("goes back to all that was live, whatever Pulumi.yaml says meanwhile", async () => {
    const app = { ...APP, env: { LOG_LEVEL: "warn" }, files: { "/etc/shop.conf": { file: "gone" } } };
    const changed = {
      app,
      versions: { debug: { ...DEBUG, drainSeconds: 99 } },
      secrets: { password: "neu" },
    };
    for (const [name, kept] of [
      ["canary-25", founding],
      ["canary-0", founding],
    ] as const) {
      const back = await runStage(stage(name, later, changed));
      for (const track of ["shop-previous", "shop-new"]) {
        assert.deepEqual(podOf(back, track).spec, podOf(kept, track).spec, `${name} ${track}`);
        assert.deepEqual(contentOf(back, track), contentOf(kept, track));
        const secret = (run: StageRun) => only(run, "kubernetes:core/v1:Secret", `${track}-secrets`).inputs;
        assert.deepEqual(secret(back), secret(kept));
      }
      assert.equal(recordOf(back).versions, recordOf(kept).versions);
    }
  });

  it("goes back by the files where the objects of what was live are gone", async () => {
    const setting = stage("canary-25", later);
    const gone = Object.keys(setting.cluster ?? {}).filter((path) =>
      /configmaps\/shop-(new|previous)-/.test(path),
    );
    const cluster = Object.fromEntries(
      Object.entries(setting.cluster ?? {}).filter(([path]) => !gone.includes(path)),
    );
    assert.ok(gone.length > 0);
    const back = await runStage({ ...setting, cluster });
    assert.deepEqual(podOf(back, "shop-new").spec, podOf(founding, "shop-new").spec);
  });

  it("lets a canary that was taken out be another one under its name", async () => {
    const out = await runStage(stage("canary-0", founding));
    const versions = { debug: { ...DEBUG, env: { LOG_LEVEL: "trace" } } };
    const again = await runStage(stage("canary-25", out, { versions }));
    assert.equal(logLevel(again, "shop-new"), "trace");
    const app = { ...APP, env: { LOG_LEVEL: "warn" } };
    assert.match(await refusalOf(stage("canary-25", out, { app })), /version 1\.0\.0 is live/);
  });

  it("becomes the previous version of the next release, with its settings", async () => {
    const done = await runStage(stage("canary-100", later));
    const release = { previous: "debug", canary: "1.1.0" };
    const next = await runStage(stage("canary-25", done, { release }));
    assert.deepEqual([logLevel(next, "shop-previous"), logLevel(next, "shop-new")], ["debug", "info"]);
    assert.match(
      await refusalOf(
        stage("canary-25", done, {
          release: { previous: "debug", canary: "1.1.0" },
          versions: { debug: { image: "1.0.0" } },
        }),
      ),
      /version debug is live, and would be changed:\n {2}drainSeconds {2}20 → 15\n {2}env\.LOG_LEVEL {2}debug → info\n/,
    );
  });
});

describe("the objects of versions", () => {
  const listed = (run: StageRun): string[] => String(recordOf(run).objects).split(" ");
  const of = (run: StageRun, track: string): string[] =>
    ["ConfigMap", "Secret"].map((kind) => {
      const name = `${track}-${kind === "Secret" ? "secrets" : "content"}`;
      const { metadata } = only(run, `kubernetes:core/v1:${kind}`, name).inputs as {
        metadata: { name: string };
      };
      return `${kind}/${metadata.name}`;
    });
  const both = (run: StageRun): string[] => [...of(run, "shop-previous"), ...of(run, "shop-new")].sort();

  it("are listed in the record while their release goes on, those of earlier ones until they are gone", async () => {
    const first = await runStage(stage("canary-25"));
    assert.deepEqual(listed(first), both(first));
    const done = await runStage(stage("canary-100", await runStage(stage("canary-75", first))));
    assert.deepEqual(listed(done), both(first));
    const release = { previous: "debug", canary: "1.1.0" };
    const setting = stage("canary-25", done, { release });
    const next = await runStage(setting);
    // The Secret of both versions has the same values, so it is the same one.
    assert.deepEqual(listed(next), [...new Set([...both(first), ...both(next)])].sort());
    const [old = ""] = of(first, "shop-previous");
    const cluster = { ...setting.cluster, ...clusterAfter(next), ...secretsOf(next) };
    const left = Object.entries(cluster).filter(
      ([path]) => !path.endsWith(old.replace("ConfigMap", "configmaps")),
    );
    const later = { ...stage("canary-75", next, { release }), cluster: Object.fromEntries(left) };
    assert.deepEqual(
      listed(await runStage(later)),
      listed(next).filter((object) => object !== old),
    );
  });
});

describe("which objects of versions a stage needs", () => {
  const version = (content: string): RecordedVersion => ({
    image: "1",
    app: {},
    secrets: {},
    content,
    secret: "5ec2e7",
  });
  const tracks = [
    { name: "shop", version: "a" },
    { name: "shop-canary", version: "b" },
  ];
  const versions = { a: version("aaaa"), b: version("bbbb") };

  it("are those of both versions in both tracks, where they are there", () => {
    const before = ["ConfigMap/shop-bbbb", "ConfigMap/shop-0000", "Secret/shop-01d5ec2e7"];
    assert.deepEqual(versionObjects(tracks, versions, before), {
      listed: [
        "ConfigMap/shop-0000",
        "ConfigMap/shop-aaaa",
        "ConfigMap/shop-bbbb",
        "ConfigMap/shop-canary-bbbb",
        "Secret/shop-01d5ec2e7",
        "Secret/shop-5ec2e7",
        "Secret/shop-canary-5ec2e7",
      ],
      unneeded: ["ConfigMap/shop-0000", "Secret/shop-01d5ec2e7"],
    });
  });

  it("are found in a Deployment that no record speaks of", () => {
    const key = { valueFrom: { secretKeyRef: { name: "shop-0123456789", key: "password" } } };
    const spec = {
      containers: [
        {
          env: [
            { name: "A", ...key },
            { name: "B", ...key },
          ],
        },
      ],
      volumes: [
        { name: "content", configMap: { name: "shop-abcdef0123", defaultMode: 420 } },
        { name: "theirs", configMap: { name: "shop-settings" } },
      ],
    };
    assert.deepEqual(objectsUsedBy("shop", { spec: { template: { spec: spec as object } } }), [
      "ConfigMap/shop-abcdef0123",
      "Secret/shop-0123456789",
    ]);
    assert.deepEqual(objectsUsedBy("shop", undefined), []);
  });
});

describe("versions in the foundation", () => {
  it("have their ports let in, and the right to write their secrets", async () => {
    const setting = stageOf("foundation");
    const versions = {
      debug: {
        ...DEBUG,
        ports: [{ name: "debug", port: 6060 }],
        secrets: { PASSWORD: { config: "password" } },
      },
    };
    const { secrets: _, ...app } = APP;
    const run = await runStage({
      ...setting,
      config: { ...setting.config, app, release: RELEASE, versions },
    });
    const { spec } = only(run, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "tenancy").inputs as {
      spec: Json;
    };
    assert.deepEqual(spec.ingress, [
      {
        ports: [
          { protocol: "TCP", port: 8080 },
          { protocol: "TCP", port: 6060 },
        ],
      },
    ]);
    const { rules } = only(run, "kubernetes:rbac.authorization.k8s.io/v1:Role", "tenancy-deployer").inputs;
    assert.ok((rules as Json[]).some(({ resources }) => (resources as string[]).includes("secrets")));
  });
});
