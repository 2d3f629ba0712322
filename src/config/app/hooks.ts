import { z } from "zod";
import { containerResources } from "../quantities.ts";
import { environmentShape } from "./environment.ts";
import { objectName, seconds } from "./texts.ts";

/** What runs once for each release, in the canary's image, with the application's environment, files and mounts. */
const hook = z
  .strictObject({
    /** In place of the image's entry point: `[/usr/bin/shop]`. Default: the image's, not the application's. */
    command: z.array(z.string()).min(1).optional(),
    /** `[migrate]` */
    args: z.array(z.string()).min(1).optional(),
    ...environmentShape,
    /** Names of `app.sidecars` that it needs, such as a proxy to the database. Default: none. */
    sidecars: z.array(objectName).default([]),
    /** Default: the application's own. */
    resources: containerResources.optional(),
    /** It has so long, the time to pull the image among it. */
    timeoutSeconds: seconds.default(300),
  })
  .refine(
    ({ command, args }) => command !== undefined || args !== undefined,
    "must have a command or args: without them it would run the application itself, which does not end",
  );

/**
 * What has to succeed around a release: `{ before: { args: [migrate] }, after: { args: [warm-caches], timeoutSeconds: 60 } }`. `before`
 * runs before the first stage of a release changes a pod, `after` once its last stage is in place. Default: none.
 */
export const hooks = z.strictObject({ before: hook.optional(), after: hook.optional() }).default({});

export type Hook = z.infer<typeof hook>;

/** What a hook runs, as it is shown: `migrate`. */
export const hookWords = ({ command = [], args = [] }: Hook): string => [...command, ...args].join(" ");
