import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { RequiredApi } from "../../../cluster/api.ts";
import { DECLARE } from "../../../components/access.ts";
import { applicationMetadata } from "../../../components/metadata.ts";
import type { AppConfig } from "../../../config/app.ts";
import type { GatewayEdgeConfig } from "../edge-schema.ts";
import { timeoutSeconds } from "./edge-rules.ts";
import { healthCheckOf } from "./health-check.ts";

export const POLICY_GROUP = "networking.gke.io";
const POLICY_VERSION = `${POLICY_GROUP}/v1`;

export const POLICY_API: RequiredApi = {
  groupVersion: POLICY_VERSION,
  installation:
    "GKE has it with the Gateway API (gcloud container clusters update NAME --gateway-api=standard); elsewhere name another class in edge.gateway.",
};

export const POLICY_RESOURCES = ["healthcheckpolicies", "gcpbackendpolicies"] as const;

export const POLICY_RULE: k8s.types.input.rbac.v1.PolicyRule = {
  apiGroups: [POLICY_GROUP],
  resources: [...POLICY_RESOURCES],
  verbs: DECLARE,
};

/** API paths of the policies of a Service, which are named after it. */
export const policyPaths = (namespace: string, service: string): string[] =>
  POLICY_RESOURCES.map(
    (resource) => `/apis/${POLICY_VERSION}/namespaces/${namespace}/${resource}/${service}`,
  );

/** A Service whose backend service at Google's the policies describe. */
export interface PolicyArgs {
  readonly service: string;
  readonly namespace: pulumi.Input<string>;
  /** The application as the version behind the Service has it. */
  readonly app: AppConfig;
  readonly edge: GatewayEdgeConfig;
}

/** Without it the load balancer asks for `/`, whatever the readiness probe says. */
export const healthCheckPolicy = ({
  service,
  namespace,
  app,
}: PolicyArgs): k8s.apiextensions.CustomResourceArgs => ({
  apiVersion: POLICY_VERSION,
  kind: "HealthCheckPolicy",
  metadata: applicationMetadata(service, namespace),
  spec: { default: { config: healthCheckOf(app) }, targetRef: targetOf(service) },
});

/**
 * Requests that are on their way get as long to end as a stopping pod serves on. Without it they are cut off: the default is
 * 0 s. A timeout stands here and not in the route, which would be refused with UnsupportedValue (kserve 5311); the default
 * is 30 s. Source of the fields: GoogleCloudPlatform/gke-gateway-api, apis/networking/v1/gcpbackendpolicy_types.go.
 */
export const backendPolicy = ({
  service,
  namespace,
  app,
  edge: { timeouts },
}: PolicyArgs): k8s.apiextensions.CustomResourceArgs => ({
  apiVersion: POLICY_VERSION,
  kind: "GCPBackendPolicy",
  metadata: applicationMetadata(service, namespace),
  spec: {
    default: {
      connectionDraining: { drainingTimeoutSec: app.drainSeconds },
      ...(timeouts && { timeoutSec: timeoutSeconds(timeouts.request) }),
    },
    targetRef: targetOf(service),
  },
});

const targetOf = (name: string) => ({ group: "", kind: "Service", name });
