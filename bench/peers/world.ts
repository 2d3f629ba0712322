import { layoutOf } from "../../local/cluster/layout.ts";
import { type Api, connectApi } from "../../local/edge/api.ts";
import type { TemporaryEnvironment } from "../../local/environment/temporary.ts";
import { startGateway } from "../../local/gateway/gateway.ts";
import { GATEWAY_CLASS } from "../../local/gateway/objects.ts";
import { ensureGatewaySupplies } from "../../local/gateway/supplies.ts";
import { until } from "../../local/process/until.ts";
import { startPrometheus } from "../../local/prometheus/prometheus.ts";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { connect } from "../../src/cluster/connect.ts";
import type { Condition } from "../../src/routers/gateway/objects.ts";
import type { ContenderName } from "./contender.ts";
import { envoyJob } from "./scraped.ts";

/** The host that a contender's route is for: two of them may be there at a time. */
export const hostOf = (name: ContenderName): string => `${name}.peers.test`;

/** The one Gateway, which an administrator made, as in the tutorials of both sides. */
export const GATEWAY = { namespace: "peers-edge", name: "web" } as const;

const ACCEPT_MS = 30_000;

/** What all contenders are measured on. */
export interface World extends TemporaryEnvironment {
  /** As the local environment's own programs: what is asked through it counts for nobody. */
  readonly api: KubernetesApi;
  readonly machinery: Api;
  /** Where Envoy takes requests, and its admin address. */
  readonly envoy: { readonly url: string; readonly admin: string };
  /** Address of Prometheus, without a slash at the end. */
  readonly prometheus: string;
}

/** Adds to a local environment what both sides need: Contour and Envoy with a Gateway, and Prometheus. */
export async function makeWorld(temporary: TemporaryEnvironment): Promise<World> {
  const { stateDir, environment, progress, signal } = temporary;
  const { context } = environment.cluster;
  const machinery = layoutOf(stateDir).machinery;
  const supplies = await ensureGatewaySupplies(progress, signal);
  const edge = await startGateway({ stateDir, machinery, context }, supplies, GATEWAY, progress);
  const api = await connect({ file: machinery, context });
  await apply(api, `/api/v1/namespaces/${GATEWAY.namespace}`, { apiVersion: "v1", kind: "Namespace" });
  await makeGateway(api);
  const prometheus = await startPrometheus(stateDir, progress, [envoyJob(edge.statsUrl)]);
  return {
    ...temporary,
    api,
    machinery: connectApi(machinery, context),
    envoy: { url: edge.url, admin: edge.statsUrl },
    prometheus,
  };
}

/** @throws Error when its controller does not accept it */
async function makeGateway(api: KubernetesApi): Promise<void> {
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${GATEWAY.namespace}/gateways/${GATEWAY.name}`;
  await apply(api, path, {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    spec: {
      gatewayClassName: GATEWAY_CLASS,
      listeners: [
        { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
      ],
    },
  });
  const isAccepted = async () => {
    const { status } =
      (await api.get<{ readonly status?: { readonly conditions?: readonly Condition[] } }>(path)) ?? {};
    return status?.conditions?.some(({ type, status: is }) => type === "Programmed" && is === "True");
  };
  if (await until(isAccepted, { timeoutMs: ACCEPT_MS, everyMs: 100 })) return;
  throw new Error(`the Gateway ${GATEWAY.name} is not accepted within ${ACCEPT_MS / 1000} s`);
}

/** Applies an object by server-side apply, under the name that its path ends with. */
export async function apply(api: KubernetesApi, path: string, object: object): Promise<void> {
  const { metadata } = object as { readonly metadata?: object };
  await api.send("PATCH", `${path}?fieldManager=bench-peers&force=true`, {
    type: "application/apply-patch+yaml",
    content: { ...object, metadata: { ...metadata, name: path.split("/").at(-1) } },
  });
}
