import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../errors.ts";
import { FIELD_MANAGER } from "../../model/names.ts";
import { isOurs } from "../../model/ownership.ts";
import type { Route } from "./live-route.ts";
import type { RouteSpec, Rule } from "./route.ts";

/**
 * `rules` of an HTTPRoute is one value to server-side apply: who writes it writes all of it. So what somebody else put into
 * the rules would be lost with the next move. A weight that was changed by hand is no such thing: the move takes it
 * back, and its preview shows that. A whole route of somebody else's is taken over, or not, as any object is.
 * @throws UserError that says who wrote what
 */
export function requireNoForeignRules(route: Route | undefined, planned: RouteSpec): void {
  if (!route || !isOurs(route)) return;
  const others = othersWithRules(route);
  if (others.length === 0) return;
  const known = planned.rules.map(withoutWeights);
  const foreign = route.spec.rules
    .map(withoutWeights)
    .filter((rule) => !known.some((one) => isDeepStrictEqual(one, rule)));
  if (foreign.length === 0) return;
  throw new UserError(
    `HTTPRoute ${route.metadata.name} has rules that ${others.join(", ")} wrote, and that this would overwrite:\n${foreign.map((rule) => `  ${JSON.stringify(rule)}`).join("\n")}`,
    "Move them into an HTTPRoute of their own at the same Gateway and host: the Gateway API puts the rules of all routes together. Then take them out of this one.",
  );
}

/** Managers besides this program that have a say in the rules. */
const othersWithRules = ({ metadata }: Route): string[] =>
  (metadata.managedFields ?? [])
    .filter(({ subresource, fieldsV1 }) => !subresource && fieldsV1?.["f:spec"]?.["f:rules"] !== undefined)
    .map(({ manager = "somebody" }) => manager)
    .filter((manager) => manager !== FIELD_MANAGER);

const withoutWeights = ({ backendRefs, ...rule }: Rule) => ({
  ...rule,
  ...(backendRefs && { backendRefs: backendRefs.map(({ weight: _, ...backend }) => backend) }),
});
