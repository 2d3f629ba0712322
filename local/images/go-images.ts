import { join } from "node:path";
import { goBuild } from "../engine/go.ts";
import { TOOLS } from "../paths.ts";
import type { Progress } from "../process/progress.ts";
import type { Image } from "./archive.ts";
import { APP_TAGS, appImage, PAUSE_IMAGE } from "./names.ts";
import { digestOfFolder, type Recipe } from "./recipe.ts";

/** Nobody's number, as the usual images without a shell have it. */
const NON_ROOT = "65532:65532";

/** The process that holds a pod's namespaces and sleeps. */
export function pauseRecipe(progress: Progress, signal?: AbortSignal): Promise<Recipe> {
  const images = [{ references: [PAUSE_IMAGE], config: { Entrypoint: ["/pause"], User: NON_ROOT } }];
  return goRecipe("pause", images, progress, signal);
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
  return goRecipe("testapp", images, progress, signal);
}

/** An image that holds one static program, built from the folder of that name in local/tools. */
async function goRecipe(
  name: string,
  images: Image[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<Recipe> {
  const moduleDir = join(TOOLS, name);
  return {
    name,
    inputs: await digestOfFolder(moduleDir),
    images,
    stage: (rootFolder) =>
      goBuild({ moduleDir, package: ".", diskGibibytes: 1 }, join(rootFolder, name), progress, signal),
  };
}
