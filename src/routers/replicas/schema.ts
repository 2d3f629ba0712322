import { z } from "zod";
import { allowedRanges } from "../../config/edge.ts";
import { fixedPodCount } from "../../config/quantities.ts";
import type { RouterSchema } from "../../config/router-schema.ts";
import type { RouterConfig } from "../router.ts";

/** A Service with an address of its own. */
const edge = z.strictObject({
  /** Networks that may connect; all without it. */
  allowedRanges: allowedRanges.optional(),
  /** A Service that shows the canary alone, at an address inside the cluster or inside the cloud's network. */
  previewService: z.enum(["ClusterIP", "InternalLoadBalancer"]).optional(),
});

/** What the configuration says where shares are counts of pods. */
export const replicasSchema = {
  edge: edge.prefault({}),
  /** Pods of both tracks together; the shares divide them. */
  replicas: z.strictObject({ total: fixedPodCount.min(1, "must be at least 1").default(10) }).prefault({}),
  cluster: z.object({}),
  secrets: z.object({}),
} satisfies RouterSchema;

export type ReplicasConfig = RouterConfig<typeof replicasSchema>;
