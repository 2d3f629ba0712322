import { z } from "zod";

/** Networks that may connect to the edge. */
export const allowedRanges = z.array(z.cidrv4("must be an IPv4 range such as 203.0.113.0/24")).min(1);

const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A host name that an edge serves. */
export const hostName = z.string().regex(HOST, "must be a host name such as www.example.com");

/** How long an edge waits: `500ms`, `10s`, `5m`. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}(ms|s|m|h)$/, "must be a duration such as 500ms, 10s or 5m");

/** The Secret with an edge's certificate. */
export const secretName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "must be the name of a Secret");

/** cert-manager's issuer that fills the Secret of an edge; without it the Secret is made by somebody else. */
export const issuer = z.strictObject({
  kind: z.enum(["ClusterIssuer", "Issuer"]).default("ClusterIssuer"),
  name: z.string().min(1),
});

// What stands in a rule of the edge: nothing that would need quotes there.
const token = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "must be letters, digits, dots and dashes");
const named = z.strictObject({ name: token, value: token });

/** Requests that are led to the canary whatever its share: by a header, or by a cookie. */
export const testers = z.union([z.strictObject({ header: named }), z.strictObject({ cookie: named })]);

export type Testers = z.infer<typeof testers>;

/** What every router's edge has in common: what the cluster has to know of it, to let its clients through. */
export interface EdgeConfig {
  /** Networks that may connect; all without it. */
  readonly allowedRanges?: string[] | undefined;
  /** Set where the edge serves HTTPS as well. */
  readonly tls?: { readonly secret?: string | undefined; readonly issuer?: object | undefined } | undefined;
}

/** The ports that the edge listens on. */
export function edgePorts({ tls }: EdgeConfig): readonly number[] {
  return tls ? [80, 443] : [80];
}
