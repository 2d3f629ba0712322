import { z } from "zod";
import { containerResources } from "../../config/quantities.ts";

/** The Voyager operator, when the foundation installs it. */
export const controllerSchema = z.strictObject({
  /** Version of the chart. */
  version: z.string().min(1).default("v2026.3.23"),
  /** Voyager's name of the cloud; without it GKE's in a GKE cluster, and none in an existing one. */
  cloudProvider: z.string().min(1).optional(),
  /** File with the licence; the secret `voyagerLicense` holds its text instead. */
  licenseFile: z.string().min(1).optional(),
  /** Of the operator's container; HAProxy's are those of `edge.resources`. */
  resources: containerResources.prefault({
    requests: { cpu: "100m", memory: "128Mi" },
    limits: { cpu: "500m", memory: "512Mi" },
  }),
});

export type ControllerConfig = z.infer<typeof controllerSchema>;
