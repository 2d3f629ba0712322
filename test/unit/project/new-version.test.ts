import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse, stringify } from "yaml";
import { configMapPath } from "../../../src/cluster/objects.ts";
import { loadFiles } from "../../../src/config/app/file-contents.ts";
import { type SettingChange, settingText } from "../../../src/config/app/setting-changes.ts";
import { toRecord } from "../../../src/config/app/settings.ts";
import { mergedApp, versionOf } from "../../../src/config/app/versions.ts";
import { Refusal, UserError } from "../../../src/errors.ts";
import { toData } from "../../../src/model/record.ts";
import { entryToKeep, entryWith } from "../../../src/project/new-version.ts";
import { readProject } from "../../../src/project/project.ts";
import { planRelease, writeRelease } from "../../../src/project/release.ts";
import { LEAST } from "../../support/application.ts";
import { FakeApi, LIFECYCLE, NAMESPACE } from "../../support/fakes.ts";

type Json = Record<string, unknown>;

const APP: Json = {
  ...LEAST,
  env: { LOG_LEVEL: "info" },
  args: ["serve", "--fast"],
  files: { "/etc/shop.conf": "version = {version}\n", "/etc/plain.conf": "a\n" },
};

describe("what a new version changes, as it is typed", () => {
  const entry = (...settings: string[]) => entryWith(APP, settings);

  it("is a variable, which is a text, or a value as YAML has it", () => {
    assert.deepEqual(entry("env.LOG_LEVEL=debug", "env.WORKERS=4", "drainSeconds=20", "env.A=b=c"), {
      env: { LOG_LEVEL: "debug", WORKERS: "4", A: "b=c" },
      drainSeconds: 20,
    });
    assert.deepEqual(entry("args=[serve]"), { args: ["serve"] });
    assert.deepEqual(entry('files["/etc/shop.conf"]=other'), { files: { "/etc/shop.conf": "other" } });
  });

  it("takes away what is null", () => {
    assert.deepEqual(entry("env.LOG_LEVEL=null", "args=null"), { env: { LOG_LEVEL: null }, args: null });
  });

  it("has as a whole what is not merged by its keys", () => {
    assert.deepEqual(entry("resources.limits.memory=1Gi"), {
      resources: { limits: { ...LEAST.resources.limits, memory: "1Gi" } },
    });
    assert.deepEqual(entry("args[1]=--slow"), { args: ["serve", "--slow"] });
    assert.deepEqual(entry("secrets.PASSWORD.config=new"), { secrets: { PASSWORD: { config: "new" } } });
  });

  it("is refused where it says nothing, or leads nowhere", () => {
    for (const [setting, why] of [
      ["env.LOG_LEVEL", /--set env\.LOG_LEVEL cannot be set: it is no KEY=VALUE/],
      ["=debug", /cannot be set/],
      ["image.tag=1", /cannot be set: image is no map/],
      ["drainSeconds={", /cannot be set: its value is no YAML/],
    ] as const) {
      assert.throws(
        () => entry(setting),
        (error) => error instanceof UserError && why.test(error.message),
        setting,
      );
    }
  });
});

describe("the entry that keeps a version as it was", () => {
  const plain = { noNullPrototype: true };
  const map = fc.dictionary(
    fc.constantFrom("a", "b", "c"),
    fc.oneof(fc.string(), fc.array(fc.string())),
    plain,
  );
  const values = fc.dictionary(
    fc.constantFrom("env", "args", "drainSeconds", "pod"),
    fc.oneof(fc.integer(), fc.array(fc.string()), map),
    plain,
  );

  it("makes of what is said now what was said before", () => {
    const clean = (value: Json): Json =>
      Object.fromEntries(
        // An empty map is what is left of one whose keys were taken away.
        Object.entries(value).filter(([, inner]) => JSON.stringify(inner) !== "{}"),
      );
    fc.assert(
      fc.property(values, values, (was, is) => {
        assert.deepEqual(clean(mergedApp(is, entryToKeep(was, is))), clean(mergedApp(was, {})));
      }),
    );
  });
});

describe("a release that is written", () => {
  let folder: string;
  let api: FakeApi;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "canary-new-version-"));
    api = new FakeApi();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (config: Json, comment = "") =>
    writeFile(join(folder, "Pulumi.yaml"), `name: shop\n${comment}${stringify({ config })}`);
  const values = (app: Json, release = { previous: "0.9.0", canary: "1.0.0" }, versions?: Json): Json => ({
    router: "voyager",
    namespace: NAMESPACE,
    lifecycle: { value: LIFECYCLE },
    release: { value: release },
    ...(versions && { versions: { value: versions } }),
    app: { value: app },
  });

  /** A release that is done, with the application as Pulumi.yaml has it; the cluster has its record and its files. */
  async function live(): Promise<void> {
    await writeFile(
      join(folder, "Pulumi.canary-25.yaml"),
      stringify({
        config: { "shop:traffic": { previous: 75, canary: 25 }, "shop:replicas": { previous: 1, canary: 1 } },
      }),
    );
    const { config } = await readProject(folder);
    const recorded = async (name: string) => {
      const version = versionOf(config, name);
      const record = toRecord(version, await loadFiles(version.app, folder, [name]), undefined);
      return { ...record, content: "0123456789" };
    };
    const { previous, canary } = config.release;
    const record = {
      stage: "canary-100",
      release: config.release,
      intended: { previous: 0, canary: 100 },
      effectiveCanary: 100,
      reached: LIFECYCLE,
      liveVersion: canary,
      override: "",
      versions: { previous: await recorded(previous), canary: await recorded(canary) },
    };
    api.put(configMapPath(NAMESPACE, "shop-release"), {
      metadata: { name: "shop-release" },
      data: toData(record),
    });
    const files = { "0-plain.conf": "a\n", "1-shop.conf": `version = ${canary}\n` };
    api.put(configMapPath(NAMESPACE, "shop-new-0123456789"), { metadata: { name: "content" }, data: files });
  }

  async function released(name: string, more: Json = {}) {
    const project = await readProject(folder);
    const version = { name, abandon: false, set: [], fromApp: false, ...more };
    const planned = await planRelease(project, api, version);
    await writeRelease(project, planned);
    const { config } = parse(await readFile(join(folder, "Pulumi.yaml"), "utf8")) as {
      config: Record<string, { value: Json }>;
    };
    return {
      planned,
      written: config,
      lines: planned.settings.map((change: SettingChange) => settingText(change)),
    };
  }

  it("is of configuration alone: the live version's image, and what is set", async () => {
    await write(values(APP));
    await live();
    const { written, lines } = await released("debug", { set: ["env.LOG_LEVEL=debug"] });
    assert.deepEqual(written.release?.value, { previous: "1.0.0", canary: "debug" });
    assert.deepEqual(written.versions?.value, { debug: { image: "1.0.0", env: { LOG_LEVEL: "debug" } } });
    assert.deepEqual(written.app?.value, APP);
    assert.deepEqual(lines, ["image  1.0.0 (same)", "env.LOG_LEVEL  info → debug"]);
  });

  it("is written as one would write it, and read again as it was", async () => {
    await writeFile(
      join(folder, "Pulumi.yaml"),
      `name: shop
config:
  release: { value: { previous: "0.9.0", canary: "1.0.0" } }
  # ours
  app: { value: ${JSON.stringify(APP)} }
  router: voyager
  namespace: ${NAMESPACE}
  lifecycle: { value: [canary-25] }
`,
    );
    await released("2.10", { image: "1.1.0", set: ["env.LOG_LEVEL=debug", "env.OLD=null"] });
    assert.match(
      await readFile(join(folder, "Pulumi.yaml"), "utf8"),
      /release: .*canary: "2\.10" \} \}\n {2}versions:\n {4}value:\n {6}"2\.10":\n {8}image: "1\.1\.0"\n {8}env:\n {10}LOG_LEVEL: "debug"\n {10}OLD: null\n {2}# ours\n/,
    );
    const { config } = await readProject(folder);
    assert.deepEqual(Object.keys(config.versions), ["2.10"]);
  });

  it("is of another image under a name of its own", async () => {
    await write(values(APP));
    const { written, planned } = await released("tuned", { image: "1.1.0", set: ["args=null"] });
    assert.deepEqual(written.versions?.value, { tuned: { image: "1.1.0", args: null } });
    assert.equal(planned.image, "1.1.0");
  });

  it("takes the application as it was edited, and the live version keeps what it has", async () => {
    await write(values(APP), "# a note\n");
    await live();
    const { args: _, ...rest } = APP;
    const edited = {
      ...rest,
      env: { LOG_LEVEL: "debug", MORE: "x" },
      drainSeconds: 20,
      files: { "/etc/shop.conf": "new {version}\n", "/etc/plain.conf": "b\n" },
    };
    await write(values(edited), "# a note\n");
    const { written, lines } = await released("edited", { fromApp: true });
    assert.deepEqual(written.app?.value, edited);
    assert.deepEqual(written.versions?.value, {
      "1.0.0": {
        args: ["serve", "--fast"],
        drainSeconds: null,
        env: { LOG_LEVEL: "info", MORE: null },
        files: { "/etc/plain.conf": { text: "a\n" }, "/etc/shop.conf": { text: "version = {version}\n" } },
      },
      edited: { image: "1.0.0" },
    });
    assert.equal(lines[0], "image  1.0.0 (same)");
    assert.ok(lines.includes("env.LOG_LEVEL  info → debug"), lines.join("\n"));
    assert.match(await readFile(join(folder, "Pulumi.yaml"), "utf8"), /^# a note$/m);
  });

  it("keeps the image of a canary that Pulumi.yaml names already", async () => {
    await write(values(APP));
    await live();
    await write(values({ ...APP, drainSeconds: 20 }, { previous: "1.0.0", canary: "1.1.0" }));
    const { written, lines } = await released("1.1.0", { fromApp: true });
    assert.deepEqual(written.versions?.value, { "1.0.0": { drainSeconds: null } });
    assert.deepEqual(lines, ["image  1.0.0 → 1.1.0", "drainSeconds  15 → 20"]);
  });

  it("is refused from an edited application where nobody knows what is live, or it cannot stay", async () => {
    await write(values(APP));
    await assert.rejects(
      released("edited", { fromApp: true }),
      (error) => error instanceof Refusal && /does not tell what 0\.9\.0 was made from/.test(error.message),
    );
    await live();
    await write(values({ ...APP, port: 9090 }));
    const before = await readFile(join(folder, "Pulumi.yaml"), "utf8");
    await assert.rejects(
      released("edited", { fromApp: true }),
      (error) =>
        error instanceof Refusal &&
        /1\.0\.0 is live, and an entry .*\n {2}port: is the same in all versions/.test(error.message),
    );
    assert.equal(await readFile(join(folder, "Pulumi.yaml"), "utf8"), before);
  });

  it("keeps the entry of what is live, and takes out the one of a release that is over", async () => {
    const release = { previous: "old", canary: "debug" };
    const entries = { old: { image: "0.9.0" }, debug: { image: "1.0.0", env: { LOG_LEVEL: "debug" } } };
    await write(values(APP, release, entries));
    await live();
    const { written } = await released("1.1.0");
    assert.deepEqual(written.versions?.value, { debug: entries.debug });
  });

  it("is refused for a setting that the application does not take, and nothing is written", async () => {
    await write(values(APP));
    const before = await readFile(join(folder, "Pulumi.yaml"), "utf8");
    await assert.rejects(
      released("debug", { set: ["enw.LOG_LEVEL=debug"] }),
      /versions\.debug\.enw is no known key/,
    );
    await assert.rejects(released("de bug"), /release\.canary is "de bug": must be an image tag/);
    assert.equal(await readFile(join(folder, "Pulumi.yaml"), "utf8"), before);
  });
});
