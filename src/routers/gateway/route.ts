import type { Testers } from "../../config/edge.ts";
import type { StagePlan } from "../../model/plan.ts";
import { previewName, SERVICE_PORT } from "../service-names.ts";
import { servedHosts } from "./edge-schema.ts";
import { isGoogles } from "./gke/classes.ts";
import { GATEWAY_GROUP, type GatewayReference, gatewayOf, LISTENERS } from "./objects.ts";
import type { GatewayConfig } from "./schema.ts";

/**
 * Specification of an HTTPRoute. Every value that the API server would put in is written out: `rules` is one value to
 * server-side apply, and a default that is missing here would be a change in each preview.
 */
export interface RouteSpec {
  readonly parentRefs: readonly ParentRef[];
  readonly hostnames?: readonly string[];
  readonly rules: readonly Rule[];
}

export interface ParentRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly sectionName?: string;
}

interface HeaderMatch {
  readonly type: "Exact" | "RegularExpression";
  readonly name: string;
  readonly value: string;
}

export interface Rule {
  readonly matches: readonly {
    readonly path: { readonly type: "PathPrefix"; readonly value: string };
    readonly headers?: readonly HeaderMatch[];
  }[];
  readonly filters?: readonly object[];
  readonly backendRefs?: readonly BackendRef[];
  readonly timeouts?: { readonly request: string };
}

export interface BackendRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly port: number;
  readonly weight: number;
}

/**
 * The route of a stage: each track's percent is the weight of its Service, so one object holds the whole split.
 * Testers have a rule of their own, with more to match, which the API puts before the other one.
 */
export function routeSpec(config: GatewayConfig, { tracks: { previous, canary } }: StagePlan): RouteSpec {
  const { app, edge } = config;
  const split: Rule = {
    matches: [{ path: pathOf(config) }],
    ...(edge.mirror &&
      canary.effectiveShare === 0 &&
      canary.replicas > 0 && { filters: [mirrorTo(canary.name)] }),
    backendRefs: [previous, canary].map(({ name, effectiveShare }) => backendOf(name, effectiveShare)),
    ...timeoutsOf(config),
  };
  // Testers of a canary without pods get what everybody gets.
  const forTesters: Rule[] =
    edge.testers && canary.replicas > 0
      ? [
          {
            matches: [{ path: pathOf(config), headers: [headerOf(edge.testers)] }],
            backendRefs: [backendOf(previewName(app.name), 1)],
            ...timeoutsOf(config),
          },
        ]
      : [];
  return {
    parentRefs: [parentRefOf(gatewayOf(config), config.namespace)],
    ...(edge.host !== undefined && { hostnames: [edge.host] }),
    rules: [...forTesters, split],
  };
}

/** The route of the preview host, which shows the canary alone. */
export function previewRouteSpec(config: GatewayConfig, previewHost: string): RouteSpec {
  return {
    parentRefs: [parentRefOf(gatewayOf(config), config.namespace)],
    hostnames: [previewHost],
    rules: [
      {
        matches: [{ path: pathOf(config) }],
        backendRefs: [backendOf(previewName(config.app.name), 1)],
        ...timeoutsOf(config),
      },
    ],
  };
}

/** What HTTP is answered with where HTTPS is to be asked for. */
export function redirectRouteSpec(config: GatewayConfig): RouteSpec {
  const gateway = { ...gatewayOf(config), section: LISTENERS.http };
  return {
    parentRefs: [parentRefOf(gateway, config.namespace)],
    hostnames: servedHosts(config.edge),
    rules: [
      {
        matches: [{ path: pathOf(config) }],
        filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }],
      },
    ],
  };
}

/** A copy of each request goes there, whose answer nobody waits for. */
function mirrorTo(service: string): object {
  const { weight: _, ...backendRef } = backendOf(service, 0);
  return { type: "RequestMirror", requestMirror: { backendRef } };
}

const pathOf = ({ edge }: GatewayConfig) => ({ type: "PathPrefix", value: edge.pathPrefix }) as const;

/** Google's load balancers refuse a route with timeouts, and have them in a policy. */
const timeoutsOf = ({ edge }: GatewayConfig) =>
  edge.timeouts && !isGoogles(edge) ? { timeouts: edge.timeouts } : undefined;

const backendOf = (name: string, weight: number): BackendRef => ({
  group: "",
  kind: "Service",
  name,
  port: SERVICE_PORT,
  weight,
});

function parentRefOf({ name, namespace, section }: GatewayReference, own: string): ParentRef {
  return {
    group: GATEWAY_GROUP,
    kind: "Gateway",
    name,
    ...(namespace !== own && { namespace }),
    ...(section !== undefined && { sectionName: section }),
  };
}

/** One cookie among others stands in the one header: `a=1; beta=1; b=2`. */
function headerOf(testers: Testers): HeaderMatch {
  if ("header" in testers) return { type: "Exact", ...testers.header };
  const { name, value } = testers.cookie;
  const quoted = `${name}=${value}`.replaceAll(".", "\\.");
  return { type: "RegularExpression", name: "Cookie", value: `(.*;\\s*)?${quoted}(;.*)?` };
}
