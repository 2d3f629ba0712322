import { runStage, type StageRun, type StageSetting } from "./mocks.ts";
import { clusterAfter, committedStage } from "./stages.ts";

type Json = Record<string, unknown>;

const NAMESPACE = "httpdcanary";
const GATEWAY_API = "/apis/gateway.networking.k8s.io/v1";

export const GATEWAY_PATH = `${GATEWAY_API}/namespaces/${NAMESPACE}/gateways/httpd`;
export const ROUTE_PATH = `${GATEWAY_API}/namespaces/${NAMESPACE}/httproutes/httpd`;
export const CLASS_PATH = `${GATEWAY_API}/gatewayclasses/contour`;

/** The Gateway that the foundation makes, as its controller has accepted it. */
export const GATEWAY = {
  metadata: { name: "httpd", generation: 1 },
  spec: {
    gatewayClassName: "contour",
    listeners: [
      { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } },
      { name: "https", port: 443, protocol: "HTTPS", allowedRoutes: { namespaces: { from: "Same" } } },
    ],
  },
};

/** What the cluster has before anything of ours is in it. */
export const GATEWAY_INSTALLED = {
  [GATEWAY_API]: { kind: "APIResourceList" },
  [CLASS_PATH]: { metadata: { name: "contour" } },
  [`${GATEWAY_API}/gatewayclasses`]: { items: [{ metadata: { name: "contour" } }] },
};

export const EDGE = { gateway: { class: "contour" }, envoy: ["http://127.0.0.1:9001"] };

/** A stage of the committed project, or its foundation, with this router. */
export function gatewayStage(
  stack: string,
  cluster: Readonly<Record<string, unknown>> = {},
  changed: Json = {},
): StageSetting {
  return {
    stack,
    config: { ...committedStage(stack), router: "gateway", edge: EDGE, ...changed },
    cluster: { ...GATEWAY_INSTALLED, [GATEWAY_PATH]: GATEWAY, ...cluster },
  };
}

/** Applies stages one after the other, and gives the run of the last one. */
export async function runGatewayStages(stages: readonly string[], changed: Json = {}): Promise<StageRun> {
  let run: StageRun | undefined;
  for (const stage of stages) run = await runStage(gatewayStage(stage, run && clusterAfter(run), changed));
  if (!run) throw new Error("no stage to run");
  return run;
}
