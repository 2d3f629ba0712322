import { z } from "zod";
import { fixedPodCount } from "../../config/quantities.ts";
import type { RouterSchema } from "../../config/router-schema.ts";
import type { RouterConfig, RouterFoundation } from "../router.ts";
import { controllerSchema } from "./controller.ts";
import { edgeSchema } from "./edge-schema.ts";

/** What the configuration says in Voyager's own way. */
export const voyagerSchema = {
  edge: edgeSchema.prefault({}),
  /** Pods of each track; their weights give the shares. */
  replicas: z.strictObject({ previous: fixedPodCount, canary: fixedPodCount }),
  cluster: z.object({
    /** Without it the cluster has Voyager already. */
    voyager: controllerSchema.optional(),
  }),
  secrets: z.object({
    /** Text of Voyager's licence file. */
    voyagerLicense: z.string().min(1).optional(),
  }),
} satisfies RouterSchema;

export type VoyagerConfig = RouterConfig<typeof voyagerSchema>;
export type VoyagerFoundation = RouterFoundation<typeof voyagerSchema>;
