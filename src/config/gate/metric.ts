import { z } from "zod";
import { querySchema } from "./prometheus.ts";

/** Something of one's own that is counted of both versions: orders, refused payments, mails. */
export const metricSchema = z.strictObject({
  /** As it stands in sentences. */
  name: z
    .string()
    .regex(/^[\w][\w -]{0,39}$/, "must be a short name, of letters, digits, spaces and hyphens"),
  /** Counter of it, such as `sum by (pod) (orders_total{pod=~"{{deployment}}-.*"})` … */
  count: querySchema,
  /** … and of what it is a part of, by the same labels: `gate.prometheus.requests` without it. */
  of: querySchema.optional(),
  /** Whether it is harm when the canary has more of it, or less. */
  worse: z.enum(["more", "less"]).default("more"),
});

export type MetricConfig = z.infer<typeof metricSchema>;
