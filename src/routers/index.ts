import { replicasRouter } from "./replicas/edge.ts";
import type { Router } from "./router.ts";
import { voyagerRouter } from "./voyager/edge.ts";

/** One entry for each router that has a schema in config/routers.ts. */
export const routers: Record<string, Router> = {
  voyager: voyagerRouter,
  replicas: replicasRouter,
};

/** The router that a parsed configuration names. */
export function routerOf({ router }: { readonly router: string }): Router {
  const found = routers[router];
  if (!found) throw new Error(`router ${router} has a schema, but no entry in routers/index.ts`);
  return found;
}
