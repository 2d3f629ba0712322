import { existsSync } from "node:fs";
import { pathText } from "../config/errors.ts";
import type { FoundationConfig } from "../config/foundation.ts";
import { replicasIn, stageFile } from "../config/stage-files.ts";
import { UserError } from "../errors.ts";
import type { PerTrack } from "../model/traffic.ts";
import type { Router } from "../routers/router.ts";

/**
 * How many pods of each track each stage has, by the stages' files: what the namespace has to have room for.
 * @param directory folder with Pulumi.yaml @param project its name
 * @returns nothing of a stage that has no file yet
 * @throws UserError for a file whose `replicas` cannot be understood
 */
export async function podsOfStages(
  { lifecycle, abort }: Pick<FoundationConfig, "lifecycle" | "abort">,
  router: Router,
  directory: string,
  project: string,
): Promise<readonly PerTrack<number>[]> {
  const files = [...lifecycle, abort].map((stage) => stageFile(directory, stage)).filter(existsSync);
  return Promise.all(
    files.map(async (file) => {
      const parsed = router.schema.replicas.safeParse(await replicasIn(file, project));
      if (parsed.success) return router.mostPods({ replicas: parsed.data });
      const [issue] = parsed.error.issues;
      throw new UserError(
        `${pathText(["replicas", ...(issue?.path ?? [])])} in ${file} ${issue?.message}`,
        "Mend it: the foundation gives the namespace room for as many pods as the stages have.",
      );
    }),
  );
}
