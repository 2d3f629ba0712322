import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { imageConfig, manifestOf, packImages } from "../../../../local/images/archive.ts";
import { parseLdd } from "../../../../local/images/httpd.ts";
import { digestOf, recipeKey } from "../../../../local/images/recipe.ts";

const IMAGES = [
  { references: ["example/app:1", "example/app:1.0"], config: { Entrypoint: ["/app"], Env: ["VERSION=1"] } },
  { references: ["example/app:2"], config: { Entrypoint: ["/app"], Env: ["VERSION=2"] } },
];

describe("images made here", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "images-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function rootFolder(name: string, files: string[], time: number): string {
    const root = join(folder, name);
    mkdirSync(root);
    for (const file of files) {
      writeFileSync(join(root, file), `content of ${file}`);
      utimesSync(join(root, file), time, time);
    }
    return root;
  }

  it("are the same bytes for the same files, whenever and in whatever order they were written", async () => {
    await packImages(rootFolder("one", ["a", "b"], 1000), IMAGES, join(folder, "one.tar"));
    await packImages(rootFolder("two", ["b", "a"], 2000), IMAGES, join(folder, "two.tar"));
    assert.deepEqual(readFileSync(join(folder, "one.tar")), readFileSync(join(folder, "two.tar")));
  });

  it("are the same bytes whatever the umask was, and nothing in them is for its owner alone", async () => {
    const archives = [0o077, 0o000].map(async (umask) => {
      const root = join(folder, String(umask));
      const open = (mode: number) => mode & ~umask;
      mkdirSync(join(root, "bin"), { recursive: true });
      mkdirSync(join(root, "tmp"));
      writeFileSync(join(root, "bin", "app"), "#!/bin/sh");
      writeFileSync(join(root, "page"), "text");
      chmodSync(join(root, "bin", "app"), open(0o777));
      chmodSync(join(root, "page"), open(0o666));
      for (const path of [root, join(root, "bin")]) chmodSync(path, open(0o777));
      chmodSync(join(root, "tmp"), 0o1777);
      await packImages(root, IMAGES, `${root}.tar`);
      return `${root}.tar`;
    });
    const [closed = "", open = ""] = await Promise.all(archives);
    assert.deepEqual(readFileSync(closed), readFileSync(open));
    const layer = ["--extract", "--to-stdout", `--file=${closed}`, "layer.tar"];
    const { stdout } = await execa("tar", layer).pipe("tar", ["--list", "--verbose"]);
    const modes = stdout.split("\n").map((line) => [line.split(" ").at(-1), line.split(" ")[0]]);
    assert.deepEqual(Object.fromEntries(modes), {
      "./": "drwxr-xr-x",
      "./bin/": "drwxr-xr-x",
      "./bin/app": "-rwxr-xr-x",
      "./page": "-rw-r--r--",
      "./tmp/": "drwxrwxrwt",
    });
  });

  it("hold their manifest, a configuration each, and one layer", async () => {
    const file = join(folder, "one.tar");
    await packImages(rootFolder("one", ["a"], 1000), IMAGES, file);
    const { stdout } = await execa("tar", ["--list", `--file=${file}`]);
    assert.deepEqual(stdout.split("\n"), ["manifest.json", "config-0.json", "config-1.json", "layer.tar"]);
    const manifest = await execa("tar", ["--extract", "--to-stdout", `--file=${file}`, "manifest.json"]);
    assert.deepEqual(JSON.parse(manifest.stdout), manifestOf(IMAGES));
  });

  it("name their references and their layer", () => {
    assert.deepEqual(manifestOf(IMAGES)[0], {
      Config: "config-0.json",
      RepoTags: ["example/app:1", "example/app:1.0"],
      Layers: ["layer.tar"],
    });
    const config = imageConfig({ Entrypoint: ["/app"] }, "abc");
    assert.deepEqual(config.rootfs, { type: "layers", diff_ids: ["sha256:abc"] });
    assert.equal(config.os, "linux");
  });

  it("are made anew when anything that goes into them changes", () => {
    const recipe = { name: "app", inputs: digestOf([["main.go", "one"]]), images: IMAGES };
    const changed = [
      { ...recipe, name: "other" },
      { ...recipe, inputs: digestOf([["main.go", "two"]]) },
      { ...recipe, images: IMAGES.slice(1) },
    ];
    const keys = [recipe, ...changed].map(recipeKey);
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(recipeKey({ ...recipe }), recipeKey(recipe));
  });

  it("tell names from contents", () => {
    assert.notEqual(digestOf([["ab", "c"]]), digestOf([["a", "bc"]]));
  });

  it("take every library that the loader finds, and the loader", () => {
    const printed = [
      "/usr/sbin/apache2:",
      "\tlinux-vdso.so.1 (0x00007ffc2b5f1000)",
      "\tlibpcre2-8.so.0 => /lib/x86_64-linux-gnu/libpcre2-8.so.0 (0x00007f9d1c0c4000)",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f9d1bee1000)",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f9d1c211000)",
      "/usr/lib/apache2/modules/mod_dir.so:",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f0d1bee1000)",
    ].join("\n");
    assert.deepEqual(parseLdd(printed), [
      "/lib/x86_64-linux-gnu/libc.so.6",
      "/lib/x86_64-linux-gnu/libpcre2-8.so.0",
      "/lib64/ld-linux-x86-64.so.2",
    ]);
  });
});
