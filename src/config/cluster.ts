import { z } from "zod";
import { type GkeConfig, gkeSchemaWith } from "./gke.ts";

const existingShape = {
  kind: z.literal("kubeconfig"),
  /** Always named: nothing falls back to whatever context is current. */
  context: z.string().min(1),
  /** File that has the context; without it the usual places (KUBECONFIG, ~/.kube/config). */
  kubeconfig: z.string().min(1).optional(),
} as const;

export type ExistingClusterConfig = z.infer<z.ZodObject<typeof existingShape>>;

/** The cluster that the foundation runs on. */
export type ClusterConfig = ExistingClusterConfig | GkeConfig;

/** @param routerKeys the keys that routers add to it, for a controller that the foundation installs */
export function clusterSchemaWith(routerKeys: z.ZodRawShape): z.ZodType<ClusterConfig> {
  return z.discriminatedUnion("kind", [
    z.strictObject({ ...existingShape, ...routerKeys }),
    gkeSchemaWith(routerKeys),
  ]);
}
