import { z } from "zod";
import type { EdgeConfig } from "./edge.ts";

/** The keys of the configuration that are a router's own. */
export interface RouterSchema {
  /** Project value `edge`: what clients find in front of the application. */
  readonly edge: z.ZodType<EdgeConfig>;
  /** Stage value `replicas`: how the pods are counted. */
  readonly replicas: z.ZodType;
  /** Keys inside `cluster`, for what the foundation installs of the router: its controller. */
  readonly cluster: z.ZodObject;
  /** Pulumi secrets of the foundation, as keys beside `cluster`: the licence of a controller. */
  readonly secrets: z.ZodObject;
}

/** The routers that `router` in Pulumi.yaml can name, as far as the configuration is concerned. */
export type RouterSchemas = Readonly<Record<string, { readonly schema: RouterSchema }>>;

/**
 * The keys of every router inside `cluster`, whichever router is named: the foundation may install a controller
 * before the project changes to its router.
 */
export function clusterShapeOf(routers: RouterSchemas): z.ZodRawShape {
  return Object.assign({}, ...Object.values(routers).map(({ schema }) => schema.cluster.shape));
}

/** `{ router: NAME, edge: { … } }`: a router and its edge, as they stood in Pulumi.yaml before. */
export function formerSchemaOf(routers: RouterSchemas) {
  const [first, ...others] = Object.entries(routers).map(([name, { schema }]) =>
    z.strictObject({ router: z.literal(name), edge: schema.edge }),
  );
  if (!first) throw new Error("there is no router");
  return z.discriminatedUnion("router", [first, ...others]);
}

/**
 * The schemas of `edge` and `replicas` for the router that a configuration names. An unknown name is an error of
 * `router` alone, so any `edge` and `replicas` will do with it.
 */
export function routerPartsOf(
  name: unknown,
  routers: RouterSchemas,
): Pick<RouterSchema, "edge" | "replicas"> {
  const known = typeof name === "string" && Object.hasOwn(routers, name) ? routers[name] : undefined;
  return known?.schema ?? { edge: z.any().optional(), replicas: z.any().optional() };
}
