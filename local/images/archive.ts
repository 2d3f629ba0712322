import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { scratchFolder } from "../../src/process/scratch.ts";
import { settleModes } from "./modes.ts";

/** What an image says about running it: the part of the OCI image configuration that is used here. */
export interface RunConfig {
  Entrypoint: string[];
  User?: string;
  Env?: string[];
  WorkingDir?: string;
  ExposedPorts?: Record<string, Record<string, never>>;
  StopSignal?: string;
}

/** One image of an archive. */
export interface Image {
  references: string[];
  config: RunConfig;
}

/** Go's and Debian's names for the processors that a cluster runs on. */
const ARCHITECTURES: Record<string, string> = { x64: "amd64", arm64: "arm64" };

/** Owner, times and order are fixed, so that the same files give the same bytes. */
const REPRODUCIBLE = [
  "--sort=name",
  "--mtime=@0",
  "--owner=0",
  "--group=0",
  "--numeric-owner",
  "--format=gnu",
];

/**
 * Packs one root file system into an archive of images (`docker save`'s format, which containerd imports). All
 * images share its one layer. Owners and modes are set to those that
 * an image needs, whatever the files here have.
 */
export async function packImages(rootFolder: string, images: readonly Image[], file: string): Promise<void> {
  const work = await scratchFolder("canary-stages-image");
  try {
    const layer = join(work, "layer.tar");
    await settleModes(rootFolder);
    await tar(rootFolder, ["."], layer);
    const diffId = await sha256(layer);
    await writeFile(join(work, "manifest.json"), JSON.stringify(manifestOf(images)));
    await Promise.all(
      images.map(({ config }, index) =>
        writeFile(join(work, configName(index)), JSON.stringify(imageConfig(config, diffId))),
      ),
    );
    await tar(
      work,
      ["manifest.json", ...images.map((_, index) => configName(index)), "layer.tar"],
      join(work, "out"),
    );
    await publish(join(work, "out"), file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The archive's table of contents. */
export function manifestOf(images: readonly Image[]) {
  return images.map(({ references }, index) => ({
    Config: configName(index),
    RepoTags: references,
    Layers: ["layer.tar"],
  }));
}

/** An image's configuration document; `diffId` is the digest of its only layer. */
export function imageConfig(config: RunConfig, diffId: string) {
  return {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config,
    rootfs: { type: "layers", diff_ids: [`sha256:${diffId}`] },
  };
}

function configName(index: number): string {
  return `config-${index}.json`;
}

async function tar(folder: string, names: string[], file: string): Promise<void> {
  await execa("tar", [
    "--create",
    "--force-local",
    `--file=${file}`,
    ...REPRODUCIBLE,
    `--directory=${folder}`,
    ...names,
  ]);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Copies, because the work folder can be on another file system, and renames, so that nobody sees half of it. */
async function publish(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}`);
  await copyFile(source, temporary);
  await rename(temporary, target);
}
