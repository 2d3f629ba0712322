import { z } from "zod";
import type { PodArgs } from "../components/pod/args.ts";
import { requirePod } from "../components/pod/require.ts";
import { loadFiles } from "../config/app/file-contents.ts";
import { appSchema } from "../config/app.ts";
import { valuesBy } from "../config/project.ts";
import { imageReference } from "../model/names.ts";

/** Labels that the pods of a track carry, so that those of an import that are the router's are found. */
const PLAN = { replicas: 1, identity: {}, annotations: {}, effectiveShare: 100 };

/**
 * What the pods of an imported application would be made from.
 * @throws UserError for what has to be changed before a stage would take it
 */
export async function requireImported(app: unknown, version = "0"): Promise<PodArgs> {
  const { app: parsed } = valuesBy(z.strictObject({ app: appSchema }), { app }, {});
  const plan = {
    ...PLAN,
    name: parsed.name,
    version,
    image: imageReference(parsed.image, version),
    labels: {},
  };
  const args: PodArgs = {
    app: parsed,
    plan,
    files: await loadFiles(parsed, ".", [version]),
    secrets: undefined,
  };
  requirePod(args);
  return args;
}
