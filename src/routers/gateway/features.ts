import { ApiError, type KubernetesApi } from "../../cluster/api.ts";
import { UserError } from "../../errors.ts";
import { type GatewayEdgeConfig, isOwn } from "./edge-schema.ts";
import { requireClassIsSaid } from "./gke/class-is-said.ts";
import { isGoogles } from "./gke/classes.ts";
import type { Gateway } from "./listeners.ts";
import { type Condition, classesPath, conditionText, gatewayOf, gatewayPath } from "./objects.ts";
import type { GatewayFoundation } from "./schema.ts";

/** A GatewayClass, as far as it says what it can do. */
export interface GatewayClass {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** Objects since version 1.3 of the Gateway API, texts before. Many controllers say nothing. */
    readonly supportedFeatures?: readonly (string | { readonly name: string })[];
  };
}

/**
 * Looks whether the Gateway's class is there, and can do what the edge asks for.
 * @throws UserError for a class that is unknown, that no controller has accepted, or that lacks a feature
 */
export async function checkFoundation(api: KubernetesApi, config: GatewayFoundation): Promise<void> {
  const name = await classNameOf(api, config);
  if (name === undefined) return;
  const found = await readClass(api, name);
  if (found === "not to be read") return;
  if (!found) throw await unknownClass(api, name);
  const refused = found.status?.conditions?.find(
    ({ type, status }) => type === "Accepted" && status === "False",
  );
  if (refused) {
    throw new UserError(
      `GatewayClass ${name}: ${conditionText(refused)}`,
      "Mend the class, or name another one in edge.gateway.class of Pulumi.yaml.",
    );
  }
  requireFeatures(found, config.edge);
}

/** The class of an existing Gateway stands in that; undefined where the foundation is not able to see it. */
async function classNameOf(api: KubernetesApi, config: GatewayFoundation): Promise<string | undefined> {
  const { gateway } = config.edge;
  if (isOwn(gateway)) return gateway.class;
  const reference = gatewayOf(config);
  const found = await orForbidden(api.get<Gateway>(gatewayPath(reference)));
  if (found === "not to be read") return undefined;
  if (found) {
    requireClassIsSaid(config.edge, found.spec.gatewayClassName);
    return found.spec.gatewayClassName;
  }
  throw new UserError(
    `Gateway ${reference.namespace}/${reference.name} does not exist`,
    "Name one that is there in edge.gateway of Pulumi.yaml, or let the foundation make one: edge.gateway: { class: NAME }.",
  );
}

const readClass = (api: KubernetesApi, name: string) =>
  orForbidden(api.get<GatewayClass>(`${classesPath}/${name}`));

async function unknownClass(api: KubernetesApi, name: string): Promise<UserError> {
  const known = await api.list<GatewayClass>(classesPath);
  const names = known.map(({ metadata }) => metadata.name).join(", ") || "none";
  return new UserError(
    `edge.gateway.class is ${JSON.stringify(name)}, and the cluster has no such GatewayClass; it has ${names}`,
    "Install a controller of the Gateway API, which brings its class, or name one that is there.",
  );
}

/** A GKE cluster is looked at as the deployer, who may not see classes. */
async function orForbidden<T>(asked: Promise<T>): Promise<T | "not to be read"> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return "not to be read";
    throw error;
  }
}

/** What of the configuration needs a feature that a class may lack: names of the Gateway API's conformance features. */
const NEEDED: readonly {
  readonly key: string;
  readonly feature: string;
  readonly isAskedFor: (edge: GatewayEdgeConfig) => boolean;
}[] = [
  {
    key: "timeouts.request",
    feature: "HTTPRouteRequestTimeout",
    // Google's load balancers have it by a policy of their own.
    isAskedFor: (edge) => edge.timeouts !== undefined && !isGoogles(edge),
  },
  {
    key: "tls.redirect",
    feature: "HTTPRouteSchemeRedirect",
    isAskedFor: ({ tls }) => tls?.redirect === true,
  },
  { key: "mirror", feature: "HTTPRouteRequestMirror", isAskedFor: ({ mirror }) => mirror },
];

/** @throws UserError for what the class says that it cannot do; one that says nothing is believed to do it all */
export function requireFeatures({ metadata, status }: GatewayClass, edge: GatewayEdgeConfig): void {
  const supported = status?.supportedFeatures?.map((one) => (typeof one === "string" ? one : one.name));
  if (!supported) return;
  const lacking = NEEDED.filter(
    ({ feature, isAskedFor }) => isAskedFor(edge) && !supported.includes(feature),
  );
  if (lacking.length === 0) return;
  const lines = lacking.map(
    ({ key, feature }) =>
      `edge.${key} needs ${feature}, which GatewayClass ${metadata.name} does not support`,
  );
  throw new UserError(lines.join("\n"), "Leave it out of Pulumi.yaml, or take another class.");
}
