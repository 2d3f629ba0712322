import { join } from "node:path";
import { goBuild } from "../engine/go.ts";
import { TOOLS } from "../paths.ts";
import type { Progress } from "../process/progress.ts";
import type { Image } from "./archive.ts";
import { APP_TAGS, appImage, importedName, PAUSE_IMAGE } from "./names.ts";
import { digestOfFolder, type Recipe } from "./recipe.ts";

/** Nobody's number, as the usual images without a shell have it. */
const NON_ROOT = "65532:65532";

/** The process that holds a pod's namespaces and sleeps. */
export function pauseRecipe(progress: Progress, signal?: AbortSignal): Promise<Recipe> {
  const images = [{ references: [PAUSE_IMAGE], config: { Entrypoint: ["/pause"], User: NON_ROOT } }];
  return goRecipe({ name: "pause", moduleDir: join(TOOLS, "pause"), images }, progress, signal);
}

/** Walkthrough B's application, which answers its version; the version is the only difference of its tags. */
export function appRecipe(progress: Progress, signal?: AbortSignal): Promise<Recipe> {
  const images = APP_TAGS.map((tag) => ({
    references: [appImage(tag)],
    config: {
      Entrypoint: ["/testapp"],
      User: NON_ROOT,
      Env: [`VERSION=${tag}`],
      ExposedPorts: { "5000/tcp": {} },
    },
  }));
  return goRecipe({ name: "testapp", moduleDir: join(TOOLS, "testapp"), images }, progress, signal);
}

/** An application whose image is made of a Go program. */
export interface GoApplication {
  readonly name: string;
  /** Without tag: `canary-stages/shop`. */
  readonly image: string;
  /** Folder with go.mod and the main package. */
  readonly moduleDir: string;
  /** Versions; all are one build, which finds its own in VERSION. */
  readonly tags: readonly string[];
}

/** Somebody's application: its program is the image's entry point. */
export function applicationRecipe(
  { name, image, moduleDir, tags }: GoApplication,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Recipe> {
  const images = tags.map((tag) => ({
    references: [importedName(image, tag)],
    config: { Entrypoint: [`/${name}`], User: NON_ROOT, Env: [`VERSION=${tag}`] },
  }));
  return goRecipe({ name, moduleDir, images }, progress, signal);
}

interface GoRecipe {
  readonly name: string;
  readonly moduleDir: string;
  readonly images: Image[];
}

/** An image that holds one static program. */
async function goRecipe(
  { name, moduleDir, images }: GoRecipe,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Recipe> {
  return {
    name,
    inputs: await digestOfFolder(moduleDir),
    images,
    stage: (rootFolder) =>
      goBuild({ moduleDir, package: ".", diskGibibytes: 1 }, join(rootFolder, name), progress, signal),
  };
}
