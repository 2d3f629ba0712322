import type { Planner } from "./planner.ts";
import { replicasPlanner } from "./replicas/plan.ts";
import { voyagerPlanner } from "./voyager/plan.ts";

/** One entry for each router that has a schema in config/routers.ts. */
export const planners: Record<string, Planner> = {
  voyager: voyagerPlanner,
  replicas: replicasPlanner,
};

/** The planner of the router that a parsed configuration names. */
export function plannerOf({ router }: { readonly router: string }): Planner {
  const found = planners[router];
  if (!found) throw new Error(`router ${router} has a schema, but no entry in routers/planners.ts`);
  return found;
}
