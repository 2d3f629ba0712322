import type { RequiredApi } from "../../cluster/api.ts";
import { isOwn } from "./edge-schema.ts";
import type { GatewayConfig } from "./schema.ts";

export const GATEWAY_GROUP = "gateway.networking.k8s.io";
export const GATEWAY_VERSION = `${GATEWAY_GROUP}/v1`;

export const GATEWAY_API: RequiredApi = {
  groupVersion: GATEWAY_VERSION,
  installation:
    "Install the Gateway API, version 1.0 or later, and a controller for it (https://gateway-api.sigs.k8s.io); clouds have a switch for it.",
};

export const AUTOSCALING_API: RequiredApi = {
  groupVersion: "autoscaling/v2",
  installation: "Kubernetes has it from version 1.23 on; without it give replicas a number.",
};

/** The Gateway that the route hangs on. */
export interface GatewayReference {
  readonly name: string;
  readonly namespace: string;
  /** Of one listener; undefined for every one that lets the route in. */
  readonly section: string | undefined;
}

type Placed = Pick<GatewayConfig, "app" | "namespace" | "edge">;

/** Names of the listeners of a Gateway that the foundation makes. */
export const LISTENERS = { http: "http", https: "https" } as const;

/** The Gateway of a configuration: the foundation's own is named after the application. */
export function gatewayOf({ app, namespace, edge: { gateway, tls } }: Placed): GatewayReference {
  if (isOwn(gateway)) {
    return { name: app.name, namespace, section: tls?.redirect ? LISTENERS.https : undefined };
  }
  return { name: gateway.name, namespace: gateway.namespace ?? namespace, section: gateway.section };
}

export const gatewayPath = ({ name, namespace }: Pick<GatewayReference, "name" | "namespace">): string =>
  `/apis/${GATEWAY_VERSION}/namespaces/${namespace}/gateways/${name}`;

export const routePath = (namespace: string, name: string): string =>
  `/apis/${GATEWAY_VERSION}/namespaces/${namespace}/httproutes/${name}`;

/** The route that leads HTTP to HTTPS. */
export const redirectName = (app: string): string => `${app}-redirect`;

export const classesPath = `/apis/${GATEWAY_VERSION}/gatewayclasses`;

/** A condition of any object of the Gateway API. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** Those that speak of an object as it stands now: one that names an older generation is no answer yet (Gateway API). */
export const currentConditions = (conditions: readonly Condition[] = [], generation = 0): Condition[] =>
  conditions.filter(({ observedGeneration = generation }) => observedGeneration >= generation);

/** `Accepted is False, NotAllowedByListeners: No listeners included …` */
export const conditionText = ({ type, status, reason, message }: Condition): string =>
  `${type} is ${status}, ${reason}${message && `: ${message}`}`;
