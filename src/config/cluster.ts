import { z } from "zod";
import { controllerSchema } from "../routers/voyager/controller.ts";
import { gkeSchema } from "./gke.ts";

const existingCluster = z.strictObject({
  kind: z.literal("kubeconfig"),
  /** Always named: nothing falls back to whatever context is current. */
  context: z.string().min(1),
  /** File that has the context; without it the usual places (KUBECONFIG, ~/.kube/config). */
  kubeconfig: z.string().min(1).optional(),
  /** Without it the cluster has Voyager already, where the router needs it. */
  voyager: controllerSchema.optional(),
});

/** The cluster that the founding stack runs on. */
export const clusterSchema = z.discriminatedUnion("kind", [existingCluster, gkeSchema]);

export type ClusterConfig = z.infer<typeof clusterSchema>;
export type ExistingClusterConfig = z.infer<typeof existingCluster>;
