import type { Cluster } from "../cluster/cluster.ts";
import { type Edge, startEdge } from "../edge/edge.ts";
import { startGateway } from "../gateway/gateway.ts";
import { GATEWAY_CLASS } from "../gateway/objects.ts";
import { ensureGatewaySupplies } from "../gateway/supplies.ts";
import type { Progress } from "../process/progress.ts";
import type { ProjectNames, RouterValues } from "./workspace.ts";

/** What a local environment does for the router of its stacks. */
interface LocalRouter {
  /** Finds, downloads or builds what carries the traffic. */
  readonly obtain: (progress: Progress, signal?: AbortSignal) => Promise<StartEdge>;
  /** What the workspace says about the router. */
  readonly values: (edge: Edge | undefined) => RouterValues;
}

/** Starts what carries the traffic; undefined where the cluster does that itself. */
export type StartEdge = (
  cluster: Cluster,
  project: ProjectNames,
  progress: Progress,
) => Promise<Edge | undefined>;

/** Divides into 25, 75 and 100 %. */
const TOTAL_PODS = 4;
/** A pod counts when kube-proxy has had time to hear of it. */
const MIN_READY_SECONDS = 2;

/** The split by the number of pods, as few as give the project's stages. */
export const REPLICAS_VALUES: RouterValues = {
  router: "replicas",
  app: { minReadySeconds: MIN_READY_SECONDS },
  replicas: { total: TOTAL_PODS },
};

/** The routers that an environment can be brought up for. */
export const LOCAL_ROUTERS = {
  voyager: {
    obtain:
      async () =>
      ({ machinery, context, stateDir }, _project, progress) =>
        startEdge({ kubeconfig: machinery, context }, stateDir, progress),
    values: () => ({ router: "voyager" }),
  },
  replicas: {
    obtain: async () => async () => undefined,
    values: () => REPLICAS_VALUES,
  },
  gateway: {
    obtain: async (progress, signal) => {
      const supplies = await ensureGatewaySupplies(progress, signal);
      return (cluster, { namespace, app }, progress) =>
        startGateway(cluster, supplies, { namespace, name: app }, progress);
    },
    values: (edge) => gatewayValues(edge),
  },
} as const satisfies Readonly<Record<string, LocalRouter>>;

/** Name of a router that an environment can be brought up for. */
export type LocalRouterName = keyof typeof LOCAL_ROUTERS;

/** A Gateway of the foundation's, and where Envoy tells what it has. */
export function gatewayValues(edge: Edge | undefined): RouterValues {
  return {
    router: "gateway",
    edge: { gateway: { class: GATEWAY_CLASS }, ...(edge && { envoy: [edge.statsUrl] }) },
  };
}
