import { z } from "zod";
import { isSentInClear, outsideSecretSchema, plainUrl } from "../outside-secret.ts";

/** What a query may have in double braces. */
export const QUERY_VARIABLES = ["namespace", "deployment", "version"] as const;
export type QueryVariable = (typeof QUERY_VARIABLES)[number];

const OF_ONE_VERSION = /\{\{\s*(deployment|version)\s*\}\}/;
const VARIABLE = /\{\{([^{}]*)\}\}/g;

/** PromQL of a counter of one version: asked once for each, so that it has to say which. */
export const querySchema = z
  .string()
  .regex(OF_ONE_VERSION, "must name the version that it is of, by {{deployment}} or {{version}}")
  .refine(
    (query) => [...query.matchAll(VARIABLE)].every(([, name = ""]) => isVariable(name.trim())),
    `may have ${QUERY_VARIABLES.map((name) => `{{${name}}}`).join(", ")} in double braces, and nothing else`,
  );

const isVariable = (name: string): boolean => (QUERY_VARIABLES as readonly string[]).includes(name);

/**
 * Where Prometheus is, and what it is asked. Without queries of one's own the router's data plane is looked up by its own
 * exporter's metrics.
 */
export const prometheusSchema = z
  .strictObject({
    /** `https://prometheus.monitoring:9090`; what stands before `/api/v1` behind a proxy as well. */
    url: plainUrl,
    /** Sent as `Authorization: Bearer …`. */
    token: outsideSecretSchema.optional(),
    /** File of the certificates (PEM) that its certificate has to be signed by, from the project's folder on. */
    ca: z.string().min(1).optional(),
    /** Labels that only series of this application's edge have, for the ready queries: `{ namespace: shop }`. */
    labels: z
      .record(z.string().regex(/^[a-zA-Z_]\w*$/, "must be a label's name"), z.string().min(1))
      .default({}),
    /** Counters of one's own, such as `sum by (pod) (http_requests_total{pod=~"{{deployment}}-.*"})` … */
    requests: querySchema.optional(),
    /** … and those of them that failed, by the same labels. */
    failures: querySchema.optional(),
    /** Buckets of a histogram of response times, such as `sum by (pod, le) (http_request_duration_seconds_bucket{…})`. */
    latency: querySchema.optional(),
  })
  .refine(({ requests, failures }) => (requests === undefined) === (failures === undefined), {
    path: ["failures"],
    message: "and requests belong together: give both, or none for the router's own",
  })
  .refine(({ token, url }) => !token || !URL.canParse(url) || !isSentInClear(url), {
    path: ["url"],
    message: "must begin with https, since a token is sent there",
  });

export type PrometheusConfig = z.infer<typeof prometheusSchema>;
