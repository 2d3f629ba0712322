import { execa } from "execa";
import { enter } from "../../../local/cluster/namespace.ts";
import { findNode } from "../../../local/cluster/node.ts";
import { until as untilSeen } from "../../../local/process/until.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { podsPath } from "../../../src/cluster/objects.ts";

const START_MS = 60_000;
/** A policy drops packets, and the kernel would try again for minutes; what passes does so in a millisecond. */
const CONNECT_S = 3;

interface Pod {
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Runs a pod that listens at a port. @returns its address */
export async function runPod(
  api: KubernetesApi,
  namespace: string,
  name: string,
  port: number,
): Promise<string> {
  const content = {
    metadata: { name },
    spec: {
      securityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] },
      containers: [
        {
          name,
          image: "docker.io/canary-stages/app:1.0.0",
          imagePullPolicy: "IfNotPresent",
          env: [{ name: "PORT", value: String(port) }],
          readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
        },
      ],
    },
  };
  await api.send("POST", podsPath(namespace), { type: "application/json", content });
  const address = await untilSeen(
    async () => {
      const pod = await api.get<Pod>(`${podsPath(namespace)}/${name}`);
      const isReady = pod?.status?.conditions?.some(
        ({ type, status }) => type === "Ready" && status === "True",
      );
      return isReady ? pod?.status?.podIP : undefined;
    },
    { timeoutMs: START_MS },
  );
  if (address === undefined) throw new Error(`pod ${namespace}/${name} did not get ready`);
  return address;
}

/** Whether a TCP connection comes about from a pod's own network, whatever programs its image has. */
export async function connects(stateDir: string, from: string, to: string, port: number): Promise<boolean> {
  const node = findNode(stateDir);
  if (!node) throw new Error(`no cluster runs in ${stateDir}`);
  const inNode = (command: readonly string[]) => {
    const [program = "", ...args] = [...enter(node.init), ...command];
    return execa(program, args, { reject: false });
  };
  const { stdout } = await inNode(["ip", "-json", "netns", "list"]);
  const names = (JSON.parse(stdout) as { readonly name: string }[]).map(({ name }) => name);
  for (const name of names) {
    const { stdout: addresses } = await inNode(["ip", "-json", "-netns", name, "address", "show"]);
    if (!addresses.includes(`"${from}"`)) continue;
    const dial = ["timeout", String(CONNECT_S), "bash", "-c", `: </dev/tcp/${to}/${port}`];
    return (await inNode(["ip", "netns", "exec", name, ...dial])).exitCode === 0;
  }
  throw new Error(`no pod has the address ${from}`);
}
