import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { APP, NAMESPACE_PREFIX } from "./workload.ts";

/** A pod, as far as Prometheus is told of it. */
export interface ScrapedPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly podIP?: string };
}

/**
 * What Prometheus' HTTP service discovery is answered: the contenders' pods that have an address, and for Argo the hash of
 * their template. Debian's Prometheus is made without its Kubernetes discovery.
 */
export function targetsOf(pods: readonly ScrapedPod[]): object[] {
  return pods.flatMap(({ metadata: { name, namespace, labels }, status }) => {
    if (!namespace.startsWith(NAMESPACE_PREFIX) || !status?.podIP) return [];
    const hash = labels?.["rollouts-pod-template-hash"];
    return [
      {
        targets: [`${status.podIP}:${APP.port}`],
        labels: { namespace, pod: name, ...(hash !== undefined && { hash }) },
      },
    ];
  });
}

/** Answers Prometheus with the pods that there are, for as long as this process runs. @returns where it asks */
export async function serveTargets(api: KubernetesApi): Promise<string> {
  const server = createServer(async (_asked, answer) => {
    const pods = await api.list<ScrapedPod>("/api/v1/pods").catch(() => undefined);
    // Without an answer Prometheus goes on with those that it has.
    if (!pods) return answer.writeHead(503).end();
    return answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(targetsOf(pods)));
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
