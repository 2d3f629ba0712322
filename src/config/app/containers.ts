import { z } from "zod";
import { containerResources } from "../quantities.ts";
import { environmentShape } from "./environment.ts";
import { files } from "./files.ts";
import { ports } from "./ports.ts";
import { probes } from "./probes.ts";
import { imageReference, objectName } from "./texts.ts";
import { mounts } from "./volumes.ts";

/** Keys of every container: what it runs, in which environment. */
export const processShape = {
  /** In place of the image's entry point: `[/usr/bin/shop, serve]`. Default: the image's. */
  command: z.array(z.string()).min(1).optional(),
  /** In place of the image's arguments: `[--verbose]`. Default: the image's. */
  args: z.array(z.string()).min(1).optional(),
  ...environmentShape,
  files,
  mounts,
} as const;

const extraShape = {
  name: objectName,
  /**
   * With a tag that stays or a digest: `proxy:1.27.3`. Without it the container runs the version's own image, with the
   * application's environment, secrets, files and mounts, to which its own are added.
   */
  image: imageReference.optional(),
  resources: containerResources,
  ...processShape,
} as const;

/**
 * Containers that run to their end, one after the other, before the application starts: `[{ name: warm-up, command: [/app/warm-up],
 * resources: … }]`. Default: none.
 */
export const initContainers = z.array(z.strictObject(extraShape)).default([]);

/**
 * Containers beside the application: `[{ name: proxy, image: "proxy:1.27.3", resources: …, ports: [{ name: admin, port: 9901 }] }]`.
 * They start before it and stop after it (Kubernetes' sidecar containers, from 1.29 on), so it has them while it drains.
 * Default: none.
 */
export const sidecars = z.array(z.strictObject({ ...extraShape, ports, probes })).default([]);

export type InitContainer = z.infer<typeof initContainers>[number];
export type Sidecar = z.infer<typeof sidecars>[number];
