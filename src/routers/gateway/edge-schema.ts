import { z } from "zod";
import { duration, hostName, issuer, secretName, testers } from "../../config/edge.ts";
import { REGIONAL_CLASS } from "./gke/classes.ts";
import { refineForGoogle } from "./gke/edge-rules.ts";

// A namespace, a Gateway or a class: RFC 1123.
const objectName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "must be the name of an object");

/** The Gateway that the foundation makes, named after the application, in its namespace. */
const ownGateway = z.strictObject({
  /** Its GatewayClass: `gke-l7-regional-external-managed`. */
  class: objectName,
});

/** A Gateway that somebody else made. */
const existingGateway = z.strictObject({
  name: objectName,
  /** The application's own without it. */
  namespace: objectName.optional(),
  /** The listener by its name; without it every listener that lets the route in. */
  section: objectName.optional(),
  /** Its class, where that is one of Google's: their load balancers are told more than the route says. */
  class: objectName.optional(),
  /** How its clients ask: what its listener terminates. */
  scheme: z.enum(["http", "https"]).default("http"),
});

/** Whether the foundation makes the Gateway. */
export const isOwn = (gateway: GatewayEdgeConfig["gateway"]): gateway is z.infer<typeof ownGateway> =>
  !("name" in gateway);

const tls = z
  .strictObject({
    /** Secret of type kubernetes.io/tls in the namespace, for the Gateway's HTTPS listener. */
    secret: secretName.optional(),
    issuer: issuer.optional(),
    /** Instead of a Secret: a certificate map of Google's Certificate Manager, by its name. */
    certificateMap: z
      .string()
      .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be the name of a certificate map")
      .optional(),
    /** HTTP answers with a redirect to HTTPS; otherwise both serve. */
    redirect: z.boolean().default(true),
  })
  .refine(({ secret, certificateMap }) => (secret === undefined) !== (certificateMap === undefined), {
    path: ["secret"],
    message: "must be set, or certificateMap, and not both",
  })
  .refine((tls) => tls.issuer === undefined || tls.secret !== undefined, {
    path: ["issuer"],
    message: "fills a Secret: name it in edge.tls.secret",
  });

const pathPrefix = z
  .string()
  .regex(/^(\/|(\/[A-Za-z0-9_.~-]+)+)$/, "must be a path such as /shop, without a slash at its end");

/** What clients find in front of the application, and how the program sees what carries their requests. */
export const edgeSchema = z
  .strictObject({
    /**
     * `{ class: NAME }` for one that the foundation makes, `{ name, namespace, section, class }` for one that is there.
     * Without it one of Google's regional load balancers, which is GKE's.
     */
    gateway: z.union([ownGateway, existingGateway]).default({ class: REGIONAL_CLASS }),
    /** The one host name that is served; every name of the listener without it. */
    host: hostName.optional(),
    /** Only paths below it are served: `/shop`. The application sees them as they are. */
    pathPrefix: pathPrefix.default("/"),
    /** Another host name, which shows the canary alone, whatever its share: also before it has any. */
    previewHost: hostName.optional(),
    /** Requests with this header, or with this cookie, get the canary at every host. */
    testers: testers.optional(),
    /** HTTPS at the Gateway that the foundation makes. */
    tls: tls.optional(),
    /**
     * A canary that waits, with pods and without a share, gets a copy of each request; nobody sees its answers. Everything that
     * requests do is done twice.
     */
    mirror: z.boolean().default(false),
    /** `{ request: 10s }`: an answer that takes longer is a 504. The controller's own without it. */
    timeouts: z.strictObject({ request: duration }).optional(),
    /**
     * Admin address of every Envoy, `http://HOST:PORT`: the program asks them whether they have followed. Envoys of Contour
     * alone, whose clusters name their Service.
     */
    envoy: z
      .array(
        z
          .url({ protocol: /^https?$/, error: "must be an address such as http://HOST:PORT" })
          .transform((url) => url.replace(/\/+$/, "")),
      )
      .min(1)
      .optional(),
    /**
     * Without `envoy`: what carries the traffic follows within so many seconds. Pods have been ready for so long before
     * they get traffic, and lost it for so long before they go. On GKE the last error on record came 44 s after the weights had
     * changed (argo-rollouts 4710).
     */
    propagationSeconds: z.int().min(0, "must not be negative").max(600).default(45),
  })
  .refine((edge) => !edge.tls || !("name" in edge.gateway), {
    path: ["tls"],
    message:
      "is for the Gateway that the foundation makes; the certificate of an existing one is its owner's: set edge.gateway.scheme to https",
  })
  .refine((edge) => !edge.tls || edge.host !== undefined, {
    path: ["host"],
    message: "must be set with edge.tls: a certificate is for a host name",
  })
  .refine((edge) => edge.previewHost === undefined || edge.previewHost !== edge.host, {
    path: ["previewHost"],
    message: "must be another name than edge.host",
  })
  .superRefine(refineForGoogle);

export type GatewayEdgeConfig = z.infer<typeof edgeSchema>;

/** The host names that are served. */
export const servedHosts = ({ host, previewHost }: GatewayEdgeConfig): string[] =>
  [host, previewHost].filter((name) => name !== undefined);

/** Whether the canary alone is shown anywhere. */
export const showsCanary = ({ previewHost, testers }: GatewayEdgeConfig): boolean =>
  previewHost !== undefined || testers !== undefined;
