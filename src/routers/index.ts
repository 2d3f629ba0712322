import { UserError } from "../errors.ts";
import { gateway } from "./gateway/index.ts";
import { replicas } from "./replicas/index.ts";
import type { Router, Routers } from "./router.ts";
import { voyager } from "./voyager/index.ts";

/** Every router that `router` in Pulumi.yaml can name: a new one is its folder and a line here. */
export const routers = { voyager, replicas, gateway } as const satisfies Routers;

/**
 * The router that a configuration names.
 * @throws UserError for a name that is none of the routers'
 */
export function routerOf({ router }: { readonly router: string }, among: Routers = routers): Router {
  const found = Object.hasOwn(among, router) ? among[router] : undefined;
  if (found) return found;
  throw new UserError(
    `router is ${JSON.stringify(router)}: must be one of ${Object.keys(among).join(", ")}`,
    "Change it in Pulumi.yaml.",
  );
}
