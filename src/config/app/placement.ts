import { z } from "zod";
import { kubernetesValue } from "./kubernetes.ts";
import { foreignName } from "./texts.ts";

/** Kubernetes' "Labels and Selectors", "Syntax and character set". */
const QUALIFIED = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const KEY_RULE =
  "its key must be letters, digits, -, _ and ., 63 at most, a domain and / before them at will";

function withQualifiedKeys<T extends z.ZodRecord>(schema: T): T {
  return schema.superRefine((values, context) => {
    for (const key of Object.keys(values).filter((one) => !QUALIFIED.test(one)))
      context.addIssue({ code: "custom", path: [key], message: KEY_RULE });
  });
}

const labels = withQualifiedKeys(
  z.record(
    z.string(),
    z
      .string("must be a text in quotes")
      .regex(LABEL_VALUE, "must be letters, digits, -, _ and ., 63 at most"),
  ),
);

/** Keys that say where pods run, and what marks them. */
export const placementShape = {
  /** Labels that a node must have: `{ disktype: ssd }`. Default: none. */
  nodeSelector: labels.default({}),
  /** Taints of nodes that pods bear, in Kubernetes' own words: `[{ key: dedicated, value: shop, effect: NoSchedule }]`. Default: none. */
  tolerations: z.array(kubernetesValue("Toleration")).default([]),
  /** Which nodes, and near which pods, in Kubernetes' own words: `{ podAntiAffinity: … }`. Default: none. */
  affinity: kubernetesValue("Affinity").optional(),
  /** Name of a PriorityClass. Default: the cluster's. */
  priorityClass: foreignName.optional(),
  /** Labels of the pods, besides those that tell the tracks apart: `{ team: shop }`. Default: none. */
  labels: labels.default({}),
  /** Annotations of the pods, besides the router's: `{ "prometheus.io/scrape": "true" }`. Default: none. */
  annotations: withQualifiedKeys(z.record(z.string(), z.string("must be a text in quotes"))).default({}),
} as const;
