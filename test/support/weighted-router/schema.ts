import { z } from "zod";
import type { RouterSchema } from "../../../src/config/router-schema.ts";
import type { RouterConfig } from "../../../src/routers/router.ts";

export const weightedSchema = {
  edge: z.strictObject({}).prefault({}),
  /** Pods of each track. */
  replicas: z.strictObject({ each: z.int().min(1) }),
  cluster: z.object({ gateway: z.string().optional() }),
  secrets: z.object({ gatewayToken: z.string().optional() }),
} satisfies RouterSchema;

export type WeightedConfig = RouterConfig<typeof weightedSchema>;
