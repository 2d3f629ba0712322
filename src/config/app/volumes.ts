import { z } from "zod";
import { kubernetesValue } from "./kubernetes.ts";
import { absolutePath, objectName } from "./texts.ts";

const volumeSource = kubernetesValue("Volume", { name: "" }).refine(
  (source) => typeof source !== "object" || source === null || Object.keys(source).length === 1,
  "must have one source, such as persistentVolumeClaim, csi, projected or emptyDir",
);

/**
 * Volumes by name, each with one source in Kubernetes' own words: `{ data: { persistentVolumeClaim: { claimName: shop } }, cache:
 * { emptyDir: { sizeLimit: 1Gi } } }`. Pods of both versions mount the same claim at the same time. Default: none.
 */
export const volumes = z.record(objectName, volumeSource).default({});

const mount = z.strictObject({
  /** Name of one of `app.volumes`. */
  volume: z.string().min(1),
  readOnly: z.boolean().default(false),
  /** A path in the volume; all of it without this. */
  subPath: z
    .string()
    .regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$))./, "must be a path in the volume, without ..")
    .optional(),
});

/** Where volumes are mounted in a container, by path: `{ /data: data, /models: { volume: models, readOnly: true } }`. Default: none. */
export const mounts = z
  .record(
    absolutePath,
    z.preprocess((value) => (typeof value === "string" ? { volume: value } : value), mount),
  )
  .default({});

export type Mount = z.infer<typeof mount>;
