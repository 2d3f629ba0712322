import { GATEWAY, GATEWAY_INSTALLED, GATEWAY_PATH } from "./gateway-stages.ts";
import { GKE, gkeFoundation } from "./gke-stages.ts";
import type { StageSetting } from "./mocks.ts";
import { committedStage } from "./stages.ts";

type Json = Record<string, unknown>;

export const REGIONAL = "gke-l7-regional-external-managed";
export const GLOBAL = "gke-l7-global-external-managed";

/** The application of Pulumi.yaml, whose pods serve on for as long as Google's load balancers need. */
export const APP: Json = { ...(committedStage("canary-25").app as Json), drainSeconds: 45 };

/** The first update of a foundation that makes its GKE cluster with a Gateway. */
export function gkeGatewayFoundation(others: Json = {}): StageSetting {
  const { voyager: _, ...cluster } = GKE;
  return gkeFoundation(cluster, { router: "gateway", app: APP, edge: undefined, ...others });
}

/** A stage behind a Gateway of Google's, whoever made the cluster. */
export function gkeGatewayStage(
  stack: string,
  changed: Json = {},
  cluster: Readonly<Record<string, unknown>> = {},
): StageSetting {
  const spec = { ...GATEWAY.spec, gatewayClassName: REGIONAL };
  return {
    stack,
    config: { ...committedStage(stack), router: "gateway", app: APP, edge: undefined, ...changed },
    cluster: {
      ...GATEWAY_INSTALLED,
      "/apis/networking.gke.io/v1": { kind: "APIResourceList" },
      [GATEWAY_PATH]: { ...GATEWAY, spec },
      ...cluster,
    },
  };
}
