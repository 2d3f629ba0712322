import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { scratchFolder } from "../../src/process/scratch.ts";
import { cacheDir, isPresent } from "../engine/cache.ts";
import { type Image, packImages } from "./archive.ts";

/** How an archive of images is made, and from what. */
export interface Recipe {
  name: string;
  /** Digest of everything that goes into the root file system. */
  inputs: string;
  images: readonly Image[];
  /** Fills an empty folder with the root file system. */
  stage(rootFolder: string): Promise<void>;
}

/** Raised when the same inputs are packed in another way. */
const FORMAT = 2;

/** The archive of a recipe: from the cache if the same inputs were packed before, else made. */
export async function ensureArchive(recipe: Recipe): Promise<string> {
  const file = join(cacheDir(), "images", `${recipe.name}-${recipeKey(recipe)}.tar`);
  if (await isPresent(file)) return file;
  const rootFolder = await scratchFolder(`canary-stages-${recipe.name}`);
  try {
    await recipe.stage(rootFolder);
    await packImages(rootFolder, recipe.images, file);
  } finally {
    await rm(rootFolder, { recursive: true, force: true });
  }
  return file;
}

/** Changes with whatever changes the archive. */
export function recipeKey({ name, inputs, images }: Pick<Recipe, "name" | "inputs" | "images">): string {
  const text = JSON.stringify([FORMAT, process.arch, name, inputs, images]);
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Digest of named contents. */
export function digestOf(contents: Iterable<readonly [name: string, content: string | Buffer]>): string {
  const hash = createHash("sha256");
  for (const [name, content] of contents) hash.update(`${name}\0${content.length}\0`).update(content);
  return hash.digest("hex");
}

/** Digest of the files in a folder and below, by their paths from there. */
export async function digestOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  const contents = names.sort().map(async (name) => [name, await readFile(join(folder, name))] as const);
  return digestOf(await Promise.all(contents));
}
