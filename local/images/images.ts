import type { Progress } from "../process/progress.ts";
import { applicationRecipe, appRecipe, type GoApplication, pauseRecipe } from "./go-images.ts";
import { httpdRecipe } from "./httpd.ts";
import { ensureArchive } from "./recipe.ts";

export { APP_TAGS, appImage, HTTPD_TAGS, httpdImage } from "./names.ts";

/** The archives of all images that the local cluster needs; those that changed are made anew. */
export async function ensureImages(progress: Progress, signal?: AbortSignal): Promise<string[]> {
  const recipes = [httpdRecipe(), pauseRecipe(progress, signal), appRecipe(progress, signal)];
  return Promise.all(recipes.map(async (recipe) => ensureArchive(await recipe)));
}

/** The archive of an application of somebody's own. */
export async function ensureApplicationImage(
  application: GoApplication,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  return ensureArchive(await applicationRecipe(application, progress, signal));
}
