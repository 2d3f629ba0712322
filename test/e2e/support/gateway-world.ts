import { join } from "node:path";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import type { Edge } from "../../../local/edge/edge.ts";
import { GATEWAY_CLASS } from "../../../local/gateway/objects.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { askEnvoy } from "../../../src/routers/gateway/envoy.ts";
import { until } from "../../support/until.ts";
import { administrator, environment, gatewayEdge } from "./environment.ts";

const NAMESPACE = "gateway-world";
const VERSIONS = ["1.0.0", "2.0.0"] as const;
const GATEWAY = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/gateways/web`;
const ROUTE = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes/web`;
const PORT = 5000;

interface Conditions {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/** A Gateway and a route written by hand, on real Contour and Envoy: two Services with a pod each, 75 : 25. */
export class GatewayWorld {
  private readonly api: KubernetesApi;
  readonly edge: Edge;
  private running: Load | undefined;

  private constructor(api: KubernetesApi, edge: Edge) {
    this.api = api;
    this.edge = edge;
  }

  static async make(): Promise<GatewayWorld> {
    const edge = await gatewayEdge({ namespace: NAMESPACE, name: "web" });
    const world = new GatewayWorld(await administrator(), edge);
    await world.put(`/api/v1/namespaces/${NAMESPACE}`, { apiVersion: "v1", kind: "Namespace" });
    await Promise.all(VERSIONS.map((version) => world.serve(version)));
    const listeners = [{ name: "http", port: 80, protocol: "HTTP" }];
    await world.put(GATEWAY, {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      spec: { gatewayClassName: GATEWAY_CLASS, listeners },
    });
    await world.weights(75, 25);
    await until(() => world.answers(), { what: "Envoy answers", everyMs: 50 });
    return world;
  }

  /** Whether the route answers; nobody listens before there is a Gateway. */
  async answers(): Promise<boolean> {
    return (await fetch(this.edge.url).catch(() => undefined))?.ok ?? false;
  }

  /** Types of the Gateway's conditions that are true. */
  async conditions(): Promise<string[]> {
    const gateway = await this.api.get<{ status?: Conditions }>(GATEWAY);
    const conditions = gateway?.status?.conditions ?? [];
    return conditions.filter(({ status }) => status === "True").map(({ type }) => type);
  }

  /** Address in the Gateway's status. */
  async address(): Promise<string | undefined> {
    interface Addressed {
      readonly status?: { readonly addresses?: readonly { readonly value: string }[] };
    }
    return (await this.api.get<Addressed>(GATEWAY))?.status?.addresses?.[0]?.value;
  }

  /** Writes the route with these weights. */
  async weights(previous: number, canary: number): Promise<void> {
    const weights = [previous, canary];
    const backendRefs = VERSIONS.map((version, at) => ({
      name: nameOf(version),
      port: 80,
      weight: weights[at],
    }));
    await this.put(ROUTE, {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      spec: { parentRefs: [{ name: "web" }], rules: [{ backendRefs }] },
    });
  }

  /** Percent that Envoy itself gives the canary; undefined while it has no split. */
  async canaryShare(): Promise<number | undefined> {
    const [before, after] = VERSIONS;
    const tracks = { previous: { name: nameOf(before) }, canary: { name: nameOf(after) } };
    return (await askEnvoy(this.edge.statsUrl, { namespace: NAMESPACE, plan: { tracks } })).shares[0];
  }

  /** Load on both kinds of connections; `endLoad` ends it at the latest. */
  async load(): Promise<Load> {
    this.running = await startLoad({
      url: this.edge.url,
      clusterCidrs: [...environment().networks],
      newConnectionsPerSecond: 200,
      keepAliveConnections: 16,
      keepAliveRequestsPerSecond: 200,
      recordFile: join(environment().stateDir, "gateway-load.ndjson"),
      classify: { header: "x-version" },
    });
    return this.running;
  }

  async endLoad(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }

  async remove(): Promise<void> {
    await this.endLoad();
    await this.api.send("DELETE", `/api/v1/namespaces/${NAMESPACE}`);
  }

  /** A pod of that version with a Service of its own. */
  private async serve(version: string): Promise<void> {
    const name = nameOf(version);
    const labels = { app: name };
    await this.put(`/api/v1/namespaces/${NAMESPACE}/services/${name}`, {
      apiVersion: "v1",
      kind: "Service",
      spec: { selector: labels, ports: [{ port: 80, targetPort: PORT }] },
    });
    await this.put(`/api/v1/namespaces/${NAMESPACE}/pods/${name}`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { labels },
      spec: {
        containers: [
          {
            name: "app",
            image: `canary-stages/app:${version}`,
            imagePullPolicy: "Never",
            readinessProbe: { httpGet: { path: "/healthz", port: PORT }, periodSeconds: 1 },
          },
        ],
        terminationGracePeriodSeconds: 1,
      },
    });
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}`;
    const isReady = async () =>
      (await this.api.get<{ status?: Conditions }>(path))?.status?.conditions?.some(
        ({ type, status }) => type === "Ready" && status === "True",
      );
    await until(isReady, { what: `pod ${name} is ready` });
  }

  private async put(path: string, object: object): Promise<void> {
    const { metadata: own } = object as { readonly metadata?: object };
    const metadata = { ...own, name: path.split("/").at(-1) };
    await this.api.send("PATCH", `${path}?fieldManager=gateway-world&force=true`, {
      type: "application/apply-patch+yaml",
      content: { ...object, metadata },
    });
  }
}

const nameOf = (version: string): string => `app-${version.replaceAll(".", "-")}`;
