import { z } from "zod";

/** A Kubernetes quantity: `100m` of a CPU, `64Mi` of memory. */
const quantity = z
  .string()
  .regex(/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi)?$/, "must be a Kubernetes quantity such as 100m or 64Mi");
const quantities = z.strictObject({ cpu: quantity, memory: quantity });

/** What a container asks for and what it is limited to: `requests` and `limits`, each with `cpu` and `memory`. */
export const containerResources = z.strictObject({ requests: quantities, limits: quantities });

/** A count of pods where the shares are made of counts. */
export const fixedPodCount = z
  .int({
    error: ({ input }) =>
      typeof input === "object" && input !== null
        ? "must be a whole number of pods: the shares are made of these counts here, and an autoscaler would change them; router: gateway has autoscaling"
        : "must be a whole number of pods",
  })
  .min(0, "must not be negative")
  .max(1000);

/** How many pods: a whole number, 0 among them. */
export const podCount = z.int("must be a whole number of pods").min(0, "must not be negative").max(1000);
