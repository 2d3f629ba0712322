import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { filesOfVersion, loadFiles } from "../../../../src/config/app/file-contents.ts";
import { UserError } from "../../../../src/errors.ts";
import { scratchFolder } from "../../../../src/process/scratch.ts";
import { application } from "../../../support/application.ts";

const BYTES = Buffer.from([0x89, 0x50, 0xff, 0x00]);

describe("an application's files", () => {
  let outer: string;
  let folder: string;
  before(async () => {
    outer = await scratchFolder("canary-stages-files");
    folder = join(outer, "project");
    await mkdir(join(folder, "config"), { recursive: true });
    await writeFile(join(folder, "config", "shop.conf"), "version = {version}\n");
    await writeFile(join(folder, "logo.png"), BYTES);
    await writeFile(join(folder, "large"), Buffer.alloc(1024 * 1024 - 4, "x"));
    await writeFile(join(outer, "outside"), "not of the project");
    await symlink(join(outer, "outside"), join(folder, "link-out"));
    await symlink(join(folder, "config", "shop.conf"), join(folder, "link-in"));
  });
  after(() => rm(outer, { recursive: true }));

  const load = (files: object, versions = ["1.0.0", "1.1.0"]) =>
    loadFiles(application({ files }), folder, versions);

  it("are texts and files beside Pulumi.yaml, in the order of their paths, each under a key of its own", async () => {
    const files = await load({
      "/srv/z": "plain",
      "/etc/b/index.html": { file: "config/shop.conf" },
      "/etc/a/index.html": { file: "./link-in", mode: "0600" },
      "/srv/my logo.png": { file: "logo.png" },
    });
    assert.deepEqual(
      files.map(({ key, path, content }) => [key, path, content]),
      [
        ["0-index.html", "/etc/a/index.html", "version = {version}\n"],
        ["1-index.html", "/etc/b/index.html", "version = {version}\n"],
        ["2-my_logo.png", "/srv/my logo.png", BYTES],
        ["3-z", "/srv/z", "plain"],
      ],
    );
  });

  it("have the version in their texts, and bytes are left as they are", async () => {
    const files = await load({ "/a": "{version}, {version}", "/b": { file: "logo.png" } });
    assert.deepEqual(
      filesOfVersion(files, "1.1.0").map(({ content }) => content),
      ["1.1.0, 1.1.0", BYTES],
    );
  });

  it("are none where none are said, whatever folder it is", async () => {
    assert.deepEqual(await loadFiles(application(), "rootDirectory", ["1.0.0"]), []);
    assert.equal((await loadFiles(application({ files: { "/a": "x" } }), "rootDirectory", [])).length, 1);
  });

  const refusal = async (files: object): Promise<string> => {
    const error = await load(files).then(
      () => assert.fail("the files were accepted"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UserError, String(error));
    return error.toString().replaceAll(folder, "FOLDER").replaceAll(outer, "OUTER");
  };

  it("are refused where one is missing", async () => {
    assert.equal(
      await refusal({ "/a": { file: "./shop.conf" } }),
      'app.files["/a"].file is "./shop.conf": FOLDER/shop.conf is not there\nName a file from the folder of Pulumi.yaml on, as ./config/app.conf.',
    );
  });

  const outside =
    "OUTER/outside is outside of FOLDER\nCopy it beside Pulumi.yaml: a release is one commit, and has everything that it is made of.";
  it("are refused where one is outside of the project's folder, by its name or by a link", async () => {
    assert.equal(
      await refusal({ "/a": { file: "../outside" } }),
      `app.files["/a"].file is "../outside": ${outside}`,
    );
    assert.equal(
      await refusal({ "/a": { file: "link-out" } }),
      `app.files["/a"].file is "link-out": ${outside}`,
    );
    assert.match(await refusal({ "/a": { file: "/etc/hostname" } }), /\/etc\/hostname is outside of FOLDER/);
  });

  it("are refused where one is a folder", async () => {
    assert.match(await refusal({ "/a": { file: "config" } }), /is "config": FOLDER\/config is no file\n/);
  });

  it("may have 1 MiB together, in each version, and not a byte more", async () => {
    assert.equal((await load({ "/large": { file: "large" }, "/a": "four" })).length, 2);
    assert.equal(
      await refusal({ "/large": { file: "large" }, "/a": "{version}" }),
      "the files of 1.0.0 have 1048577 bytes, and a ConfigMap holds 1048576: " +
        'app.files["/large"] 1048572, app.files["/a"] 5\n' +
        "Put large files into the image, or into a volume (app.volumes, app.mounts).",
    );
  });
});
