import { z } from "zod";
import { allowedRanges } from "../../config/edge.ts";
import { containerResources } from "../../config/quantities.ts";

const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const secretName = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "must be the name of a Secret");

const tls = z.strictObject({
  /** Secret of type kubernetes.io/tls in the namespace. */
  secret: secretName,
  /** cert-manager's issuer that fills the Secret; without it the Secret is made by somebody else. */
  issuer: z
    .strictObject({
      kind: z.enum(["ClusterIssuer", "Issuer"]).default("ClusterIssuer"),
      name: z.string().min(1),
    })
    .optional(),
  /** HTTP answers with a redirect to HTTPS; otherwise both serve. */
  redirect: z.boolean().default(true),
});

const host = z.string().regex(HOST, "must be a host name such as www.example.com");

// What stands in a rule of HAProxy: nothing that would need quotes there.
const token = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "must be letters, digits, dots and dashes");
const named = z.strictObject({ name: token, value: token });

/** What HAProxy listens for. */
export const edgeSchema = z
  .strictObject({
    /** The one host name that is served; every name without it. */
    host: host.optional(),
    /** Another host name, which shows the canary alone, whatever its share: also before it has any. */
    previewHost: host.optional(),
    /** Requests with this header, or with this cookie, get the canary at every host. */
    testers: z.union([z.strictObject({ header: named }), z.strictObject({ cookie: named })]).optional(),
    tls: tls.optional(),
    /** Networks that may connect; all without it. */
    allowedRanges: allowedRanges.optional(),
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
