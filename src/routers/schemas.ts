import { z } from "zod";
import { balancerEdgeSchema, type EdgeConfig, voyagerEdgeSchema } from "../config/edge.ts";

/** What stage and project files say in a router's own way. */
export interface RouterSchema {
  /** Project value `edge`: what clients find in front of the application. */
  readonly edge: z.ZodType<EdgeConfig>;
  /** Stage value `replicas`: how the pods are counted. */
  readonly replicas: z.ZodType;
}

const pods = z.int("must be a whole number of pods").min(0, "must not be negative").max(1000);

const builtIn = {
  voyager: {
    edge: voyagerEdgeSchema.prefault({}),
    replicas: z.strictObject({ previous: pods, canary: pods }),
  },
  replicas: {
    edge: balancerEdgeSchema.prefault({}),
    /** Pods of both tracks together; the shares divide them. */
    replicas: z.strictObject({ total: pods.min(1, "must be at least 1").default(10) }).prefault({}),
  },
} as const satisfies Readonly<Record<string, RouterSchema>>;

export type BuiltInRouter = keyof typeof builtIn;

/** One entry for each router that `router` in Pulumi.yaml can name. */
export const routerSchemas: Record<string, RouterSchema> = { ...builtIn };

/** The values that a router's own schema makes of its part of the configuration. */
export type RouterValues<Name extends BuiltInRouter> = {
  readonly [Key in keyof RouterSchema]: z.infer<(typeof builtIn)[Name][Key]>;
};

/** The schema of the router that a configuration names; of an unknown one's part, nothing is wrong. */
export function routerSchemaOf(name: unknown): RouterSchema {
  const known = typeof name === "string" && Object.hasOwn(routerSchemas, name);
  return (known && routerSchemas[name]) || { edge: z.any().optional(), replicas: z.any().optional() };
}
