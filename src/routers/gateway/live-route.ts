import type { KubernetesApi } from "../../cluster/api.ts";
import { TRACKS, type TrackName } from "../../model/names.ts";
import { type Condition, conditionText, currentConditions, gatewayOf, routePath } from "./objects.ts";
import { deploymentNames } from "./plan.ts";
import type { ParentRef, RouteSpec } from "./route.ts";
import type { GatewayConfig } from "./schema.ts";

/** An HTTPRoute as the API gives it. */
export interface Route {
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
    readonly managedFields?: readonly ManagedFields[];
  };
  readonly spec: RouteSpec;
  readonly status?: {
    readonly parents?: readonly {
      readonly parentRef: Partial<ParentRef>;
      readonly conditions?: readonly Condition[];
    }[];
  };
}

interface ManagedFields {
  readonly manager?: string;
  readonly subresource?: string;
  /** When this manager last changed what it has. */
  readonly time?: string;
  readonly fieldsV1?: { readonly "f:spec"?: Readonly<Record<string, unknown>> };
}

type Placed = Pick<GatewayConfig, "app" | "namespace">;

/** The route of the split; undefined where there is none. */
export const readRoute = ({
  api,
  config,
}: {
  readonly api: KubernetesApi;
  readonly config: Placed;
}): Promise<Route | undefined> => api.get<Route>(routePath(config.namespace, config.app.name));

/** What the Gateway's controller says of a route as it stands now. */
export type RouteState =
  | { readonly state: "accepted" }
  | { readonly state: "pending" | "refused"; readonly reason: string };

/** Without both of them some requests are answered with an error. */
const NEEDED: readonly string[] = ["Accepted", "ResolvedRefs"];

/**
 * Conditions speak of the generation that they name: those of an older one are no answer yet (Gateway API, RouteStatus).
 * Requests to a rule that was dropped (`PartiallyInvalid`) fail as well.
 */
export function routeState({ metadata, status }: Route, config: GatewayConfig): RouteState {
  const gateway = gatewayOf(config);
  const parent = status?.parents?.find(
    ({ parentRef: { name, namespace = config.namespace, sectionName } }) =>
      name === gateway.name && namespace === gateway.namespace && sectionName === gateway.section,
  );
  if (!parent) return { state: "pending", reason: "no controller has looked at it" };
  const current = currentConditions(parent.conditions, metadata.generation);
  const wrong = current.find(({ type, status: is }) =>
    type === "PartiallyInvalid" ? is === "True" : NEEDED.includes(type) && is === "False",
  );
  if (wrong) return { state: "refused", reason: conditionText(wrong) };
  const missing = NEEDED.find((type) => !current.some((one) => one.type === type && one.status === "True"));
  if (missing === undefined) return { state: "accepted" };
  return { state: "pending", reason: `its controller has not said that it is ${missing}` };
}

/** Weight of a track's Service, which is named as its Deployment; undefined where no rule splits the traffic. */
export function weightIn(
  route: Pick<Route, "spec"> | undefined,
  app: string,
  track: TrackName,
): number | undefined {
  const names = deploymentNames(app);
  const split = route?.spec.rules.find(({ backendRefs = [] }) =>
    TRACKS.every((each) => backendRefs.some(({ name }) => name === names[each])),
  );
  return split?.backendRefs?.find(({ name }) => name === names[track])?.weight;
}

/** Whether a route gives any track a share. */
export const splits = (route: Pick<Route, "spec"> | undefined, app: string): boolean =>
  TRACKS.some((track) => (weightIn(route, app, track) ?? 0) > 0);

/** Percent of the traffic that a track has by a route: 0 where the route splits none. */
export function shareIn(route: Pick<Route, "spec"> | undefined, app: string, track: TrackName): number {
  const all = TRACKS.reduce((sum, each) => sum + (weightIn(route, app, each) ?? 0), 0);
  return all === 0 ? 0 : (100 * (weightIn(route, app, track) ?? 0)) / all;
}

/** When somebody last changed what the route asks for, in milliseconds by the API server's clock; 0 where that is not known. */
export function changedAt(route: Route | undefined): number {
  const times = (route?.metadata.managedFields ?? [])
    .filter(({ subresource }) => !subresource)
    .map(({ time }) => Date.parse(time ?? "") || 0);
  return Math.max(0, ...times);
}
