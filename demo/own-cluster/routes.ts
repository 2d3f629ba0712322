import { request as httpRequest } from "node:http";
import { type Agent, request as httpsRequest, type RequestOptions } from "node:https";
import type { NamedContext } from "../../local/environment/workspace.ts";
import { until } from "../../local/process/until.ts";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { connect } from "../../src/cluster/connect.ts";

/** The Service that clients come in at. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Where requests go. */
export interface Route {
  readonly text: string;
  readonly send: typeof httpRequest;
  options(path: string): Promise<RequestOptions>;
}

export interface RoutePatience {
  /** Milliseconds that a load balancer with an address has to answer in. */
  readonly balancerAnswersMs?: number;
}

/** A load balancer that has an address may hear of the pods a moment later than the API server. */
const BALANCER_ANSWERS_MS = 3_000;
const ANSWER_WITHIN_MS = 2_000;
/** The API server closes a connection that is idle for 90 s; before that, this side does. */
const IDLE_MS = 30_000;
const CREDENTIALS_LAST_MS = 60_000;

/** Finds the way to a Service: undefined while the application does not answer. */
export async function routeChooser(
  cluster: NamedContext,
  service: ServiceName,
  { balancerAnswersMs = BALANCER_ANSWERS_MS }: RoutePatience = {},
): Promise<() => Promise<Route | undefined>> {
  const api = await connect({ file: cluster.kubeconfig, context: cluster.context });
  const throughApi = await apiRoute(cluster, api.server, service);
  return async () => {
    if (!(await answers(throughApi))) return undefined;
    const balancer = await balancerRoute(api, service);
    const isOpen = balancer && (await until(() => answers(balancer), { timeoutMs: balancerAnswersMs }));
    return isOpen ? balancer : throughApi;
  };
}

interface LoadBalanced {
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

async function balancerRoute(api: KubernetesApi, service: ServiceName): Promise<Route | undefined> {
  const { namespace, name, port } = service;
  const found = await api.get<LoadBalanced>(`/api/v1/namespaces/${namespace}/services/${name}`);
  const entry = found?.status?.loadBalancer?.ingress?.[0];
  const host = entry?.ip ?? entry?.hostname;
  if (host === undefined) return undefined;
  return {
    text: `the load balancer of Service ${name}, ${host}`,
    send: httpRequest,
    // A connection of its own for each request: the load balancer splits connections.
    options: async (path) => ({ host, port, path, agent: false }),
  };
}

/** The API server's proxy of a Service takes one of its ready pods for each request. */
async function apiRoute(cluster: NamedContext, server: string, service: ServiceName): Promise<Route> {
  const { namespace, name, port } = service;
  const { hostname, port: serverPort, pathname } = new URL(server);
  const root = pathname.replace(/\/$/, "");
  const prefix = `${root}/api/v1/namespaces/${namespace}/services/${name}:${port}/proxy`;
  const authenticate = await authentication(cluster);
  return {
    text: `the API server's proxy of Service ${name}, which has no load balancer that answers`,
    send: httpsRequest,
    options: async (path) => ({
      ...(await authenticate()),
      host: hostname,
      port: serverPort === "" ? 443 : serverPort,
      path: `${prefix}${path}`,
    }),
  };
}

/** What proves who asks, by every kind of kubeconfig; on connections that are kept, which TLS makes costly. */
async function authentication({ context, kubeconfig }: NamedContext): Promise<() => Promise<RequestOptions>> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  config.setCurrentContext(context);
  let agent: Agent | undefined;
  let known: { options: RequestOptions; at: number } | undefined;
  return async () => {
    if (known && performance.now() - known.at < CREDENTIALS_LAST_MS) return known.options;
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    agent ??= keptAlive(options.agent as Agent);
    known = { options: { ...options, agent }, at: performance.now() };
    return known.options;
  };
}

function keptAlive(agent: Agent): Agent {
  const kept = agent as Agent & { keepAlive: boolean };
  kept.keepAlive = true;
  kept.options.keepAlive = true;
  kept.options.timeout = IDLE_MS;
  return kept;
}

async function answers(route: Route): Promise<boolean> {
  const options = await route.options("/");
  return new Promise((resolve) => {
    const request = route.send({ ...options, timeout: ANSWER_WITHIN_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
    request.end();
  });
}
