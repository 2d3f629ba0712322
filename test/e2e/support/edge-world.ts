import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { execa } from "execa";
import { type Load, type LoadOptions, startLoad } from "../../../bench/load/load.ts";
import { type Edge, findEdge, startEdge, stopEdge } from "../../../local/edge/edge.ts";
import { HAPROXY } from "../../../local/edge/haproxy.ts";
import type { IngressSpec } from "../../../local/edge/objects.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import { readServers } from "../../../src/routers/voyager/applied-share.ts";
import { FakeApi } from "../../support/edge/fake-api.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { until } from "../../support/until.ts";

const PATHS = {
  ingresses: "/apis/voyager.appscode.com/v1/ingresses",
  oldIngresses: "/apis/voyager.appscode.com/v1beta1/ingresses",
  services: "/api/v1/services",
  endpointSlices: "/apis/discovery.k8s.io/v1/endpointslices",
  pods: "/api/v1/pods",
  secrets: "/api/v1/secrets",
};
const CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ingresses.voyager.appscode.com";
const PREFIX = "ingress.appscode.com/";
const NAMESPACE = "shop";

/** Kept-alive clients lose a request in a reload without the third: HAProxy closes idle connections otherwise. */
export const OPTIONS =
  '{"http-server-close": "true", "dontlognull": "true", "idle-close-on-response": "true"}';

/** The real edge with real HAProxy; the API server is a fake, and the pods are web servers on loopback. */
export class EdgeWorld {
  readonly api = new FakeApi();
  private readonly folder = mkdtempSync("/tmp/edge-e2e-");
  /** Longer than a socket's path may be, and of characters that mean something to HAProxy or a shell. */
  readonly stateDir = join(this.folder, `it's "ä #folder" of $HOME\\, ${"long ".repeat(24)}.local`);
  private readonly pods: (() => Promise<void>)[] = [];
  private kubeconfig = "";
  private ports = { old: 0, new: 0 };
  private running: Load | undefined;

  /**
   * Starts everything, with the objects of `reset`.
   * @param change what is to be different from the beginning
   * @throws Error where HAProxy is not installed
   */
  async start(change = () => {}): Promise<Edge> {
    await execa(HAPROXY, ["-v"]).catch(() => {
      throw new Error(`these tests need ${HAPROXY}: apt-get install --no-install-recommends haproxy`);
    });
    mkdirSync(this.stateDir);
    this.api.answer(CRD, { status: { conditions: [{ type: "Established", status: "True" }] } });
    await this.api.start(...Object.values(PATHS));
    this.kubeconfig = this.api.kubeconfig();
    this.ports = { old: await this.serve("old"), new: await this.serve("new") };
    this.reset();
    change();
    return this.startEdge();
  }

  /** A Service `web` with the pods `old` (75) and `new` (25), a Service `canary` with `new` alone, an Ingress. */
  reset(): void {
    for (const name of ["web", "canary"]) this.put("services", name, { spec: { ports: [{ port: 80 }] } });
    this.weight("old", "75");
    this.weight("new", "25");
    this.slice("web", "old");
    this.slice("web", "new");
    this.slice("canary", "new");
    this.ingress("web", { defaultBackend: { service: { name: "web", port: { number: 80 } } } });
  }

  /** Ends the load of a test that failed before it could. */
  async endLoad(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }

  startEdge(): Promise<Edge> {
    return startEdge({ kubeconfig: this.kubeconfig, context: "fake" }, this.stateDir, silentProgress);
  }

  /** Load on the first Ingress that ends with this world at the latest. */
  async load(options: Partial<LoadOptions>): Promise<Load> {
    const url = findEdge(this.stateDir)?.url ?? "";
    const recordFile = join(this.stateDir, "load.ndjson");
    const classify = { body: "^version (\\w+)$" };
    this.running = await startLoad({ url, recordFile, classify, newConnectionsPerSecond: 0, ...options });
    return this.running;
  }

  async stop(): Promise<void> {
    await stopEdge(this.stateDir);
    await this.api.dispose();
    await Promise.all(this.pods.map((close) => close()));
    rmSync(this.folder, { recursive: true });
  }

  weight(pod: string, weight: string): void {
    this.put("pods", pod, {}, { "backend-weight": weight });
  }

  slice(service: string, pod: "old" | "new"): void {
    const port = this.ports[pod];
    const labels = { "kubernetes.io/service-name": service };
    const endpoints = [{ addresses: ["127.0.0.1"], targetRef: { kind: "Pod", name: pod } }];
    this.put(
      "endpointSlices",
      `${service}-${pod}`,
      { addressType: "IPv4", ports: [{ port }], endpoints },
      {},
      labels,
    );
  }

  ingress(
    name: string,
    spec: IngressSpec,
    annotations: Record<string, string> = { "default-option": OPTIONS },
  ): void {
    this.put("ingresses", name, { spec }, annotations);
  }

  secret(name: string, certificate: string, key: string): void {
    const encode = (text: string) => Buffer.from(text).toString("base64");
    this.put("secrets", name, { data: { "tls.crt": encode(certificate), "tls.key": encode(key) } });
  }

  delete(kind: keyof typeof PATHS, name: string): void {
    this.api.delete(PATHS[kind], NAMESPACE, name);
  }

  haproxyFile(name: string, address = "127.0.0.1"): string {
    return join(this.stateDir, "edge", address, name);
  }

  /** Starts a web server that answers its name to all requests. */
  private async serve(name: string): Promise<number> {
    const server: Server = createServer((_request, response) => response.end(`version ${name}`));
    const { port, close } = await listenOnLoopback(server);
    this.pods.push(close);
    return port;
  }

  private put(
    kind: keyof typeof PATHS,
    name: string,
    rest: object,
    annotations: Record<string, string> = {},
    labels: Record<string, string> = {},
  ): void {
    const prefixed = Object.entries(annotations).map(([key, value]) => [PREFIX + key, value]);
    const metadata = { name, namespace: NAMESPACE, annotations: Object.fromEntries(prefixed), labels };
    this.api.put(PATHS[kind], { ...rest, metadata });
  }
}

/**
 * Milliseconds until the applied weights of the default backend are these.
 * @throws Error when that takes longer than `timeoutMs`
 */
export async function untilWeights(
  edge: Edge,
  wanted: Record<string, number>,
  timeoutMs = 2000,
): Promise<number> {
  const began = performance.now();
  const asWanted = async () => {
    const servers = (await readServers(edge.statsUrl).catch(() => [])).filter(
      ({ backend }) => backend === "default-backend",
    );
    const applied = Object.fromEntries(servers.map(({ pod, weight }) => [pod, weight]));
    return JSON.stringify(sorted(applied)) === JSON.stringify(sorted(wanted));
  };
  await until(asWanted, { what: `weights ${JSON.stringify(wanted)}`, timeoutMs, everyMs: 5 });
  return performance.now() - began;
}

/** Counts the versions that so many requests get, each on a new connection, ten at a time. */
export async function ask(
  url: string,
  times = 1,
  headers: Record<string, string> = {},
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let left = times; left > 0; left -= 10) {
    const texts = Array.from({ length: Math.min(left, 10) }, async () => {
      const answer = await fetch(url, { headers: { ...headers, connection: "close" } });
      const text = await answer.text();
      return answer.ok ? text : String(answer.status);
    });
    for (const text of await Promise.all(texts)) counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
}

function sorted(map: Record<string, number>): [string, number][] {
  return Object.entries(map).sort();
}
