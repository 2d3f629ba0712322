import { UserError } from "../../../errors.ts";
import { type GatewayEdgeConfig, isOwn } from "../edge-schema.ts";
import { isGooglesClass } from "./classes.ts";

/**
 * The class of an existing Gateway has to be said where it decides about objects beside the route.
 * @param found what that Gateway says
 * @throws UserError when the configuration says another one, or none of a Gateway of Google's
 */
export function requireClassIsSaid({ gateway }: GatewayEdgeConfig, found: string): void {
  if (isOwn(gateway) || gateway.class === found) return;
  if (gateway.class === undefined && !isGooglesClass(found)) return;
  throw new UserError(
    `edge.gateway.class is ${gateway.class ?? "left out"}, and Gateway ${gateway.name} is of class ${found}`,
    `Set edge.gateway.class to ${found} in Pulumi.yaml: it decides what the load balancer is told beside the route.`,
  );
}
