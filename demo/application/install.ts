import { join } from "node:path";
import { importImages } from "../../local/cluster/cluster.ts";
import { type Environment, withTools } from "../../local/environment/environment.ts";
import { writeWorkspace } from "../../local/environment/workspace.ts";
import { ensureApplicationImage } from "../../local/images/images.ts";
import { REPORTS } from "../../local/paths.ts";
import type { Progress } from "../../local/process/progress.ts";
import { connect } from "../../src/cluster/connect.ts";
import type { ReportedWalk } from "../walk/reporting.ts";
import { versionsOf, type WalkApplication } from "./folder.ts";
import { applyObjects } from "./objects.ts";
import { setSecrets } from "./secrets.ts";

/** What of a walk is the application's. */
export type Begun = Pick<ReportedWalk, "environment" | "next" | "prepare" | "reportFile">;

interface Place {
  readonly environment: Environment;
  readonly stateDir: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Puts an application of somebody's own into the environment: its image, and its stacks in the place of httpd's. */
export async function installApplication(
  application: WalkApplication,
  { environment, stateDir, progress, signal }: Place,
): Promise<Begun> {
  const { cluster } = environment;
  const { project, objects, next } = application;
  const { config, directory } = project;
  await importApplicationImage(application, stateDir, progress, signal);
  const written = await writeWorkspace(stateDir, cluster, directory);
  const workspace = await withTools(written, environment, stateDir);
  await progress.step("Secrets of the stages", () => setSecrets(workspace, application));
  const prepare = async () => {
    const api = await connect({ file: cluster.kubeconfig, context: cluster.context });
    await progress.step("Objects beside the application", () =>
      applyObjects(api, config.namespace, objects, workspace),
    );
  };
  return {
    environment: { ...environment, workspace },
    next,
    reportFile: join(REPORTS, `${config.app.name}.json`),
    ...(objects.length > 0 && { prepare }),
  };
}

/** Makes the image, a tag for each version of the walk, and has the cluster of a state folder know it. */
export async function importApplicationImage(
  application: WalkApplication,
  stateDir: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const { name, image } = application.project.config.app;
  const made = { name, image, moduleDir: application.image, tags: versionsOf(application) };
  const archive = await progress.step(`Image of ${name}`, () =>
    ensureApplicationImage(made, progress, signal),
  );
  await importImages(stateDir, [archive], signal);
}
