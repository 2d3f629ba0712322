import { z } from "zod";
import { allowedRanges, duration, hostName, issuer, secretName, testers } from "../../config/edge.ts";
import { containerResources } from "../../config/quantities.ts";

const tls = z.strictObject({
  /** Secret of type kubernetes.io/tls in the namespace. */
  secret: secretName,
  issuer: issuer.optional(),
  /** HTTP answers with a redirect to HTTPS; otherwise both serve. */
  redirect: z.boolean().default(true),
});

/** What HAProxy listens for. */
export const edgeSchema = z
  .strictObject({
    /** The one host name that is served; every name without it. */
    host: hostName.optional(),
    /** Another host name, which shows the canary alone, whatever its share: also before it has any. */
    previewHost: hostName.optional(),
    /** Requests with this header, or with this cookie, get the canary at every host. */
    testers: testers.optional(),
    tls: tls.optional(),
    /** Networks that may connect; all without it. */
    allowedRanges: allowedRanges.optional(),
    /**
     * `{ request: 2m, tunnel: 1h }`: an answer that begins later is a 504, and a WebSocket on which nothing is said for so long is closed.
     * Default: Voyager's 50 s each.
     */
    timeouts: z.strictObject({ request: duration.optional(), tunnel: duration.optional() }).default({}),
    /** HAProxy pods. */
    replicas: z.int().min(1).max(100).default(2),
    /** Of each HAProxy pod; Voyager sets none without it. */
    resources: containerResources.optional(),
  })
  .refine((edge) => !edge.tls || edge.host !== undefined, {
    path: ["host"],
    message: "must be set with edge.tls: a certificate is for a host name",
  })
  .refine((edge) => !edge.testers || edge.previewHost !== undefined, {
    path: ["previewHost"],
    message: "must be set with edge.testers: they are led to what the preview host shows",
  })
  .refine((edge) => edge.previewHost === undefined || edge.previewHost !== edge.host, {
    path: ["previewHost"],
    message: "must be another name than edge.host",
  });

export type VoyagerEdgeConfig = z.infer<typeof edgeSchema>;

/** The host names that have rules of their own. */
export function edgeHosts({ host, previewHost }: VoyagerEdgeConfig): string[] {
  return [host, previewHost].filter((name) => name !== undefined);
}
