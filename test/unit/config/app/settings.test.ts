import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { loadFiles } from "../../../../src/config/app/file-contents.ts";
import {
  changedVersions,
  changesBetween,
  requireUnchangedVersions,
  settingChanges,
  settingText,
} from "../../../../src/config/app/setting-changes.ts";
import { toRecord, versionFromRecord } from "../../../../src/config/app/settings.ts";
import { Refusal } from "../../../../src/errors.ts";
import { canonicalJson, type RecordedVersion } from "../../../../src/model/version.ts";
import { application, SHOP } from "../../../support/application.ts";

type Json = Record<string, unknown>;

const KEY = "k".repeat(32);

async function recorded(more: Json = {}, password = "geheim", image = "2.4.20"): Promise<RecordedVersion> {
  const app = application({ ...SHOP, ...more });
  const files = await loadFiles(app, "/nowhere", [image]);
  return toRecord({ image, app }, files, { values: { dbPassword: password }, hashKey: KEY });
}

const lines = (from: RecordedVersion, to: RecordedVersion): string[] =>
  (settingChanges(from, to) ?? assert.fail("not read")).map(settingText);

describe("what a version was made from", () => {
  it("comes out of the record as it went in, for an application that says all", async () => {
    const record = await recorded();
    const again = versionFromRecord(JSON.parse(canonicalJson(record))) ?? assert.fail("not read");
    const digests = await loadFiles(again.app, "/nowhere", ["2.4.20"]);
    assert.deepEqual(
      { ...again.app, files: undefined, sidecars: undefined },
      { ...JSON.parse(JSON.stringify(application(SHOP))), files: undefined, sidecars: undefined },
    );
    assert.match(String(digests[0]?.content), /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(settingChanges(record, JSON.parse(canonicalJson(record))), []);
  });

  it("has no secret, no text of a file, and nothing that is the default", async () => {
    const record = await recorded();
    const text = canonicalJson(record);
    assert.ok(!text.includes("geheim") && !text.includes("version = ") && !text.includes("listen 5432"));
    assert.match(record.secrets.dbPassword ?? "", /^[0-9a-f]{16}$/);
    assert.equal("drainSeconds" in record.app, false);
  });

  it("is the same with what is the default said or not, and in another order", async () => {
    assert.deepEqual(lines(await recorded(), await recorded({ drainSeconds: 15 })), []);
    const env = Object.fromEntries(Object.entries(SHOP.env as Json).reverse());
    assert.deepEqual(lines(await recorded(), await recorded({ env })), []);
  });

  it("is not compared where the program does not understand it any more", async () => {
    const record = await recorded();
    const later = { ...record, app: { ...record.app, somethingNew: true } };
    assert.equal(settingChanges(later, record), undefined);
    assert.deepEqual(changedVersions({ "2.4.20": later }, { "2.4.20": record }), []);
  });
});

describe("what differs from one version to another", () => {
  it("is a line for each value", async () => {
    const env = { ...(SHOP.env as Json), LOG_LEVEL: "debug", WORKERS: "4" };
    assert.deepEqual(
      lines(await recorded(), await recorded({ env, args: ["serve", "--fast"], priorityClass: undefined })),
      [
        "args[1]  none → --fast",
        "env.LOG_LEVEL  info → debug",
        "env.WORKERS  none → 4",
        "priorityClass  important → none",
      ],
    );
  });

  it("names secrets and files, and does not show them", async () => {
    const files = { ...(SHOP.files as Json), "/etc/shop/shop.conf": "other", "/etc/shop/new.conf": "new" };
    assert.deepEqual(lines(await recorded(), await recorded({ files }, "anders")), [
      'files["/etc/shop/new.conf"]  added',
      'files["/etc/shop/shop.conf"]  changed',
      "secrets.DB_PASSWORD  changed",
    ]);
    const secrets = { DB_PASSWORD: { config: "dbPassword2" }, API_KEY: { secret: "shop-api", key: "other" } };
    assert.deepEqual(lines(await recorded(), await recorded({ secrets })), [
      "secrets.API_KEY  changed",
      "secrets.DB_PASSWORD  changed",
    ]);
    assert.deepEqual(
      lines(await recorded(), await recorded({ secrets: { DB_PASSWORD: { config: "dbPassword" } } })),
      ["secrets.API_KEY  removed"],
    );
    const content = { path: "/srv/index.html", text: "a" };
    assert.deepEqual(
      lines(await recorded({ content }), await recorded({ content: { ...content, text: "b" } })),
      ["content  changed"],
    );
  });

  it("says of a secret whose value is not known here only what is known", async () => {
    const record = await recorded();
    assert.deepEqual(lines(record, { ...record, secrets: {} }), []);
  });

  it("reads alike where what is not there is null, as in JSON", () => {
    const change = { path: 'files["/a"]', change: "changed", from: null, to: null } as const;
    assert.equal(settingText(change), 'files["/a"]  changed');
    assert.equal(settingText({ path: "env.A", change: "removed", from: "1", to: null }), "env.A  1 → none");
  });

  it("begins with the image, which may be the same", async () => {
    const [one, other] = [await recorded(), await recorded({}, "geheim", "2.4.23")];
    assert.equal(changesBetween(one, one).map(settingText).join(), "image  2.4.20 (same)");
    assert.equal(changesBetween(one, other).map(settingText).join(), "image  2.4.20 → 2.4.23");
  });
});

describe("a version that is live", () => {
  it("may not be made from anything else", async () => {
    const bound = { "2.4.20": await recorded(), "2.4.18": await recorded() };
    const now = { ...bound, "2.4.20": await recorded({ env: { LOG_LEVEL: "debug" } }, "anders") };
    assert.throws(
      () => requireUnchangedVersions("canary-75", changedVersions(bound, now)),
      (error: Refusal) => {
        assert.ok(error instanceof Refusal);
        assert.equal(
          error.message,
          `stage canary-75 is refused: what is live changes through the stages alone
version 2.4.20 is live, and would be changed:
  env.DATABASE_URL  postgres://shop:$(DB_PASSWORD)@localhost/shop → none
  env.LOG_LEVEL  info → debug
  secrets.DB_PASSWORD  changed`,
        );
        assert.match(error.hint, /lifecycleOverride in Pulumi\.canary-75\.yaml/);
        return true;
      },
    );
  });

  it("may be made from the same, and another version from anything", async () => {
    const record = await recorded();
    const now = { a: await recorded(), b: await recorded({ env: {} }) };
    requireUnchangedVersions("canary-75", changedVersions({ a: record }, now));
  });
});
