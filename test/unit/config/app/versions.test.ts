import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { mergedApp, versionOf } from "../../../../src/config/app/versions.ts";
import type { Config } from "../../../../src/config/stage.ts";
import { UserError } from "../../../../src/errors.ts";
import { stageConfig } from "../../../../src/routers/config.ts";
import { LEAST } from "../../../support/application.ts";
import { committedStage } from "../../../support/program/stages.ts";

type Json = Record<string, unknown>;

const APP = { ...LEAST, env: { LOG_LEVEL: "info", WORKERS: "4" }, args: ["serve", "--fast"] };

/** A stage whose release goes from 1.0.0 to `canary`, with these entries. */
function withVersions(versions: Json, { canary = "debug", app = APP }: Json = {}): Config {
  const release = { previous: "1.0.0", canary };
  return stageConfig({ ...committedStage("canary-75"), app, release, versions });
}

function refused(versions: Json, changed?: Json): string {
  try {
    withVersions(versions, changed);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error("the versions were accepted");
}

describe("a version", () => {
  it("is an image with the application as it is, without an entry", () => {
    const config = withVersions({ debug: { image: "1.0.0" } });
    assert.deepEqual(versionOf(config, "1.0.0"), { image: "1.0.0", app: config.app });
  });

  it("changes the application by its entry, and may name its image", () => {
    const config = withVersions({
      debug: {
        image: "1.0.0",
        env: { LOG_LEVEL: "debug", WORKERS: null },
        args: ["serve"],
        drainSeconds: 20,
      },
    });
    const { image, app } = versionOf(config, "debug");
    assert.equal(image, "1.0.0");
    assert.deepEqual([app.env, app.args, app.drainSeconds], [{ LOG_LEVEL: "debug" }, ["serve"], 20]);
    assert.deepEqual([config.app.env, config.app.drainSeconds], [APP.env, 15]);
  });

  it("has its name for an image where it names none", () => {
    const { image } = versionOf(withVersions({ "1.1.0": { env: {} } }, { canary: "1.1.0" }), "1.1.0");
    assert.equal(image, "1.1.0");
  });

  it("takes a key away by null, so that the default counts", () => {
    const app = { ...APP, drainSeconds: 30 };
    const { app: own } = versionOf(
      withVersions({ debug: { image: "1.0.0", drainSeconds: null } }, { app }),
      "debug",
    );
    assert.equal(own.drainSeconds, 15);
  });

  it("is refused where it changes what all versions share", () => {
    assert.match(
      refused({ debug: { image: "1.0.0", port: 9090 } }),
      /^versions\.debug\.port is 9090: is the same in all versions: change it in app$/,
    );
  });

  it("is refused for what is wrong in it, by its path", () => {
    assert.match(
      refused({ debug: { image: "1.0.0", enw: {} } }),
      /^versions\.debug\.enw is no known key; did you mean versions\.debug\.env\?$/,
    );
    assert.match(
      refused({ debug: { image: "1.0.0", env: { WORKERS: 4 } } }),
      /^versions\.debug\.env\.WORKERS is 4: must be a text/,
    );
    assert.match(
      refused({ debug: { image: "a b" } }),
      /^versions\.debug\.image is "a b": must be an image tag/,
    );
    assert.match(
      refused({ debug: { image: "1.0.0", ports: [{ name: "more", port: 8080 }] } }),
      /^versions\.debug\.ports\[0\]\.port is 8080: is app\.port already/,
    );
    assert.match(refused({ debug: "1.0.0" }), /^versions\.debug is "1\.0\.0": must be an object/);
  });

  it("is refused where the release has no use for it", () => {
    assert.match(
      refused({ debug: { image: "1.0.0" }, old: { image: "0.9.0" } }),
      /^versions\.old is of no use: the release is 1\.0\.0 → debug$/,
    );
  });
});

describe("merging a version's changes", () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()));
  const map = fc.dictionary(
    fc.constantFrom("a", "b", "c"),
    fc.oneof(leaf, fc.constant(null), fc.constant({ x: 1 })),
  );
  const key = fc.constantFrom("env", "files", "args", "pod", "drainSeconds");
  const clean = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(fc.constantFrom("a", "b", "c"), leaf)));
  const changes = fc.dictionary(key, fc.oneof(leaf, map, fc.constant(null)));

  it("changes nothing without any, and leaves what it merges as it was", () => {
    fc.assert(
      fc.property(clean, changes, (app, overrides) => {
        const before = JSON.stringify([app, overrides]);
        assert.deepEqual({ ...mergedApp(app, {}) }, { ...app });
        mergedApp(app, overrides);
        assert.equal(JSON.stringify([app, overrides]), before);
      }),
    );
  });

  it("is the same when it is done twice", () => {
    fc.assert(
      fc.property(clean, changes, (app, overrides) => {
        const once = mergedApp(app, overrides);
        assert.deepEqual(mergedApp(once, overrides), once);
      }),
    );
  });

  it("leaves what the changes do not speak of", () => {
    fc.assert(
      fc.property(clean, changes, (app, overrides) => {
        const merged = mergedApp(app, overrides);
        for (const name of Object.keys(app).filter((one) => !(one in overrides))) {
          assert.deepEqual(merged[name], app[name]);
        }
      }),
    );
  });

  it("has what a map changes, and nothing that is null", () => {
    fc.assert(
      fc.property(clean, map, (app, env) => {
        const merged = mergedApp(app, { env }).env as Json;
        for (const [name, value] of Object.entries(env)) {
          if (value === null) assert.ok(!(name in merged));
          else assert.deepEqual(merged[name], value);
        }
      }),
    );
  });

  it("takes a piece of PodSpec as it is: null there says something itself", () => {
    assert.deepEqual(mergedApp({ pod: { a: 1 } }, { pod: { b: null } }), { pod: { b: null } });
  });
});
