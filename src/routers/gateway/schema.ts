import { z } from "zod";
import { podCount } from "../../config/quantities.ts";
import type { RouterSchema } from "../../config/router-schema.ts";
import type { RouterConfig, RouterFoundation } from "../router.ts";
import { edgeSchema } from "./edge-schema.ts";

/** What the configuration says where shares are weights in a route. */
export const gatewaySchema = {
  edge: edgeSchema.prefault({}),
  /** Pods of each track: as many as the load needs, whatever the shares are. */
  replicas: z.strictObject({ previous: podCount, canary: podCount }),
  cluster: z.object({}),
  secrets: z.object({}),
} satisfies RouterSchema;

export type GatewayConfig = RouterConfig<typeof gatewaySchema>;
export type GatewayFoundation = RouterFoundation<typeof gatewaySchema>;
