import { z } from "zod";

const ZONE = /^[a-z]+-[a-z]+\d+-[a-z]$/;
const REGION = /^[a-z]+-[a-z]+\d+$/;
const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

/** GKE wants at least 48 hours of maintenance in 32 days: "Maintenance windows and exclusions" of its manual. */
const LEAST_MAINTENANCE_HOURS_PER_WEEK = (48 * 7) / 32;

const range = z.cidrv4("must be an IPv4 range such as 10.10.0.0/20");

const network = z.strictObject({
  nodes: range.default("10.10.0.0/20"),
  pods: range.default("10.20.0.0/16"),
  services: range.default("10.30.0.0/20"),
  /** For the proxies of a regional load balancer of a Gateway. */
  proxies: range.default("10.40.0.0/23"),
});

const nodes = z
  .strictObject({
    machineType: z.string().min(1).default("e2-standard-2"),
    /** Nodes in each zone; 3 in a zonal cluster and 1 in each zone of a regional one when left out. */
    perZone: z.int().min(1).max(1000).optional(),
    /** The pool grows up to so many in each zone; it keeps its size when left out. */
    maxPerZone: z.int().min(1).max(1000).optional(),
    diskGb: z.int().min(20).max(65536).default(50),
  })
  .refine(
    ({ perZone = 1, maxPerZone = perZone }) => maxPerZone >= perZone,
    "maxPerZone must not be less than perZone",
  );

/** Who may connect to the API server, and where. */
const endpoint = z.discriminatedUnion("kind", [
  z.strictObject({
    /** The address of the control plane, for these networks alone. */
    kind: z.literal("ip"),
    networks: z.array(z.strictObject({ name: z.string().min(1), range })).min(1),
  }),
  z.strictObject({
    /** Its DNS name, from anywhere: for hosted runners, whose addresses change. */
    kind: z.literal("dns"),
  }),
]);

const maintenance = z
  .strictObject({
    days: z.array(z.enum(DAYS)).min(1).default(["SA", "SU"]),
    startHourUtc: z.int().min(0).max(23).default(0),
    hours: z.int().min(4, "GKE wants windows of at least 4 hours").max(24).default(8),
    /** Times without any upgrade, for a release that is not to be disturbed: UTC, 30 days at most each. */
    exclusions: z
      .array(z.strictObject({ name: z.string().min(1), from: z.iso.datetime(), until: z.iso.datetime() }))
      .default([]),
  })
  .refine(
    ({ days, hours }) => new Set(days).size * hours >= LEAST_MAINTENANCE_HOURS_PER_WEEK,
    `GKE wants at least ${LEAST_MAINTENANCE_HOURS_PER_WEEK} hours of maintenance a week: more days or more hours`,
  );

const repository = z.strictObject({
  /** Of Artifact Registry: a region or a multi-region. */
  location: z.string().min(1),
  name: z.string().min(1),
  /** The repository's project; without it the cluster's. */
  project: z.string().min(1).optional(),
});

const gkeShape = {
  kind: z.literal("gke"),
  /** Google Cloud project id. */
  project: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "must be a Google Cloud project id"),
  /** A zone for a zonal cluster, a region for a regional one. */
  location: z
    .string()
    .refine((text) => ZONE.test(text) || REGION.test(text), "must be a zone or a region of Google Cloud")
    .default("europe-west3-b"),
  name: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/, "must be lower-case letters, digits and dashes, 30 at most")
    .default("canary-stages"),
  mode: z.enum(["standard", "autopilot"]).default("standard"),
  nodes: nodes.prefault({}),
  network: network.prefault({}),
  endpoint,
  releaseChannel: z.enum(["rapid", "regular", "stable"]).default("regular"),
  maintenance: maintenance.prefault({}),
  labels: z.record(z.string(), z.string()).default({ "managed-by": "pulumi" }),
  /** Repositories that the nodes pull images from. */
  artifactRegistry: z.array(repository).default([]),
  /** Set to false, and apply, before the cluster is to be taken down. */
  deletionProtection: z.boolean().default(true),
} as const;

export type GkeConfig = z.infer<z.ZodObject<typeof gkeShape>>;

/**
 * A GKE cluster that the foundation makes.
 * @param routerKeys the keys that routers add to it, for a controller that the foundation installs
 */
export function gkeSchemaWith(routerKeys: z.ZodRawShape) {
  return z
    .strictObject({ ...gkeShape, ...routerKeys })
    .refine((cluster) => cluster.mode === "standard" || REGION.test(cluster.location), {
      path: ["location"],
      message: "must be a region: an Autopilot cluster is always regional",
    });
}

/** The region that a zone or a region is in. */
export function regionOf(location: string): string {
  return ZONE.test(location) ? location.slice(0, location.lastIndexOf("-")) : location;
}

/** Nodes in each zone: the walkthrough's 3 in all, where the configuration says nothing else. */
export function nodesPerZone({ location, nodes }: GkeConfig): number {
  return nodes.perZone ?? (ZONE.test(location) ? 3 : 1);
}
