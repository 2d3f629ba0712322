import { ApiException, CoreV1Api, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../../local/cluster/cluster.ts";
import { until } from "../../support/until.ts";

const ANSWER_WITHIN_MS = 5_000;
const NAMESPACE = "default";
/** HTTP status of a create whose object is there. */
const ALREADY_EXISTS = 409;

/** The core API of a local cluster, as its administrator. */
export function coreApi({ kubeconfig, context }: Cluster): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  config.setCurrentContext(context);
  return config.makeApiClient(CoreV1Api);
}

/** A pod under the restricted Pod Security Standard, in which port 80 is open to a user who is not root. */
export function restrictedPod(name: string, image: string, port: number): V1Pod {
  return {
    metadata: { name, labels: { app: name } },
    spec: {
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1,
        seccompProfile: { type: "RuntimeDefault" },
        sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
      },
      containers: [
        {
          name: "main",
          image,
          readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [{ name: "logs", mountPath: "/usr/local/apache2/logs" }],
        },
      ],
      volumes: [{ name: "logs", emptyDir: {} }],
    },
  };
}

/**
 * Makes a pod, unless one of its name is there, and waits until it is ready.
 * @returns its address
 */
export async function runPod(api: CoreV1Api, pod: V1Pod): Promise<string> {
  const name = pod.metadata?.name ?? "";
  await api.createNamespacedPod({ namespace: NAMESPACE, body: pod }).catch((error: unknown) => {
    if (!(error instanceof ApiException) || error.code !== ALREADY_EXISTS) throw error;
  });
  return until(
    async () => {
      const { status } = await api.readNamespacedPod({ name, namespace: NAMESPACE });
      const ready = status?.conditions?.some(
        ({ type, status: value }) => type === "Ready" && value === "True",
      );
      return ready && status?.podIP;
    },
    { what: `pod ${name} is ready` },
  );
}

/** Makes a LoadBalancer Service for the pods of a name and waits for its address. */
export async function exposePod(api: CoreV1Api, name: string, targetPort: number): Promise<string> {
  const spec = { type: "LoadBalancer", selector: { app: name }, ports: [{ port: 80, targetPort }] };
  await api.createNamespacedService({ namespace: NAMESPACE, body: { metadata: { name }, spec } });
  return until(
    async () => {
      const { status } = await api.readNamespacedService({ name, namespace: NAMESPACE });
      return status?.loadBalancer?.ingress?.[0]?.ip;
    },
    { what: `service ${name} has an address` },
  );
}

/** What is answered at an address, over a connection of its own; undefined when nothing is. */
export function textAt(url: string): Promise<string | undefined> {
  const options = { headers: { connection: "close" }, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) };
  return fetch(url, options).then(
    (response) => response.text(),
    () => undefined,
  );
}
