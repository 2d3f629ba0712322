import { join } from "node:path";

/** Where a cluster's files are, seen from the host. All of it is in `<stateDir>/cluster`, but for the kubeconfig. */
export interface Layout {
  root: string;
  record: string;
  pki: string;
  config: string;
  logs: string;
  /** Written by the namespace's init when its mounts are there. */
  namespaceReady: string;
  kubeconfig: string;
  /** Kubeconfig of the local environment's own programs. */
  machinery: string;
  /** Requests to the API server that were not the cluster's own, one JSON object a line. */
  audit: string;
  lock: string;
}

/** Where the same files are inside the cluster's mount namespace, whatever the state folder is. */
export const INSIDE = {
  root: "/run/cluster",
  pki: "/run/cluster/pki",
  config: "/run/cluster/config",
  audit: "/run/cluster/logs/audit.log",
  tools: "/run/tools",
  containerdSocket: "/run/containerd/containerd.sock",
} as const;

/** What lies on disk for the node's standard folders, which the namespace shows at their usual places. */
export const DATA_FOLDERS = ["etcd", "containerd", "kubelet", "cni", "pods"] as const;

export function layoutOf(stateDir: string): Layout {
  const root = join(stateDir, "cluster");
  return {
    root,
    record: join(root, "cluster.json"),
    pki: join(root, "pki"),
    config: join(root, "config"),
    logs: join(root, "logs"),
    namespaceReady: join(root, "namespace-ready"),
    kubeconfig: join(stateDir, "kubeconfig"),
    machinery: join(root, "config", "machinery.kubeconfig"),
    audit: join(root, "logs", "audit.log"),
    lock: join(stateDir, "cluster.lock"),
  };
}
