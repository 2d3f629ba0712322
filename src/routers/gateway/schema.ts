import { z } from "zod";
import { podCount } from "../../config/quantities.ts";
import type { RouterSchema } from "../../config/router-schema.ts";
import type { RouterConfig, RouterFoundation } from "../router.ts";
import { edgeSchema } from "./edge-schema.ts";

/** Pods by their load: `{ min: 2, max: 10, cpu: 70 }`. */
const autoscaling = z
  .strictObject({
    /** Pods that there are at least; a move that needs more raises this while it goes on. */
    min: podCount.min(1, "must be at least 1: a track without pods is replicas 0"),
    max: podCount,
    /** Percent of `resources.requests.cpu` that pods are to use on average: more makes more pods. */
    cpu: z.int("must be a whole number of percent").min(1, "must be at least 1 percent").max(1000),
  })
  .refine(({ min, max }) => max >= min, { path: ["max"], message: "must not be less than min" });

const pods = z.union([podCount, autoscaling]);

/** What the configuration says where shares are weights in a route. */
export const gatewaySchema = {
  edge: edgeSchema.prefault({}),
  /** Pods of each track: as many as the load needs, whatever the shares are; a number, or what keeps them at it. */
  replicas: z.strictObject({ previous: pods, canary: pods }),
  cluster: z.object({}),
  secrets: z.object({}),
} satisfies RouterSchema;

export type GatewayConfig = RouterConfig<typeof gatewaySchema>;
export type GatewayFoundation = RouterFoundation<typeof gatewaySchema>;
