import { z } from "zod";

const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const quantities = z.strictObject({ cpu: z.string().min(1), memory: z.string().min(1) });
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

/** What clients find in front of the application. */
export const edgeSchema = z
  .strictObject({
    /** The one host name that is served; every name without it. */
    host: z.string().regex(HOST, "must be a host name such as www.example.com").optional(),
    tls: tls.optional(),
    /** Networks that may connect; all without it. */
    allowedRanges: z.array(z.cidrv4("must be an IPv4 range such as 203.0.113.0/24")).min(1).optional(),
    /** HAProxy pods. */
    replicas: z.int().min(1).max(100).default(2),
    /** Of each HAProxy pod; Voyager sets none without it. */
    resources: z.strictObject({ requests: quantities, limits: quantities }).optional(),
  })
  .refine((edge) => !edge.tls || edge.host !== undefined, {
    path: ["host"],
    message: "must be set with edge.tls: a certificate is for a host name",
  });

export type EdgeConfig = z.infer<typeof edgeSchema>;

/** The ports that the edge listens on. */
export function edgePorts({ tls }: EdgeConfig): readonly number[] {
  return tls ? [80, 443] : [80];
}
