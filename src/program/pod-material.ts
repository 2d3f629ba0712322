import type { PodArgs } from "../components/pod/args.ts";
import { requirePod } from "../components/pod/require.ts";
import { loadFiles } from "../config/app/file-contents.ts";
import { secretValuesOf } from "../config/app/secret-values.ts";
import type { Config } from "../config/stage.ts";
import { TRACKS } from "../model/names.ts";
import type { StagePlan } from "../model/plan.ts";

/** What the pods are made from besides the configuration: the same for both tracks. */
export type PodMaterial = Pick<PodArgs, "files" | "secrets">;

/** Reads what the pods are made from. @throws UserError where they could not be made, or must not be */
export async function podMaterial(
  { app, release, secrets, secretsKey }: Config,
  stage: string,
  plan: StagePlan,
  directory: string,
): Promise<PodMaterial> {
  const material = {
    files: await loadFiles(app, directory, [release.previous, release.canary]),
    secrets: secretValuesOf(app, stage, { secrets, secretsKey }),
  };
  for (const track of TRACKS) requirePod({ app, plan: plan.tracks[track], ...material });
  return material;
}
