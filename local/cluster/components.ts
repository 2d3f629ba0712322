import { NODE_NAME } from "./certificates.ts";
import { INSIDE } from "./layout.ts";
import type { NetworkPlan } from "./network.ts";

/** What runs in the cluster's namespaces, beside the pods. */
export const COMPONENTS = [
  "etcd",
  "containerd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
] as const;

export type ComponentName = (typeof COMPONENTS)[number];

const ETCD = "http://127.0.0.1:2379";
const ETCD_PEER = "http://127.0.0.1:2380";
const API_PORT = 6443;

/** Where the API server of a cluster listens; the host reaches it as well. */
export function serverUrl({ nodeAddress }: NetworkPlan): string {
  return `https://${nodeAddress}:${API_PORT}`;
}

/** Where components say whether they work. The API server answers for etcd; containerd speaks no HTTP. */
export function healthUrls(network: NetworkPlan): string[] {
  const { nodeAddress } = network;
  return [
    `${serverUrl(network)}/readyz`,
    `https://${nodeAddress}:10257/healthz`,
    `https://${nodeAddress}:10259/readyz`,
    `https://${nodeAddress}:10250/healthz`,
    `http://${nodeAddress}:10256/healthz`,
  ];
}

/** The commands, with paths as they are inside the cluster's namespaces. */
export function commandOf(component: ComponentName, network: NetworkPlan): string[] {
  return COMMANDS[component](network);
}

const COMMANDS: Record<ComponentName, (network: NetworkPlan) => string[]> = {
  etcd: () => [
    "etcd",
    "--data-dir=/var/lib/etcd",
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    `--listen-peer-urls=${ETCD_PEER}`,
    `--initial-advertise-peer-urls=${ETCD_PEER}`,
    `--initial-cluster=default=${ETCD_PEER}`,
  ],
  containerd: () => ["containerd", `--config=${INSIDE.config}/containerd.toml`],
  "kube-apiserver": (network) => [
    program("kube-apiserver"),
    `--etcd-servers=${ETCD}`,
    `--bind-address=${network.nodeAddress}`,
    `--advertise-address=${network.nodeAddress}`,
    `--secure-port=${API_PORT}`,
    "--allow-privileged",
    `--tls-cert-file=${INSIDE.pki}/apiserver.crt`,
    `--tls-private-key-file=${INSIDE.pki}/apiserver.key`,
    `--client-ca-file=${INSIDE.pki}/ca.crt`,
    `--service-account-key-file=${INSIDE.pki}/sa.pub`,
    `--service-account-signing-key-file=${INSIDE.pki}/sa.key`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-cluster-ip-range=${network.serviceCidr}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    `--audit-policy-file=${INSIDE.config}/audit-policy.yaml`,
    `--audit-log-path=${INSIDE.audit}`,
    "--audit-log-maxsize=100",
    "--audit-log-maxbackup=1",
    `--kubelet-certificate-authority=${INSIDE.pki}/ca.crt`,
    `--kubelet-client-certificate=${INSIDE.pki}/admin.crt`,
    `--kubelet-client-key=${INSIDE.pki}/admin.key`,
    "--kubelet-preferred-address-types=InternalIP",
  ],
  "kube-controller-manager": (network) => [
    program("kube-controller-manager"),
    kubeconfig("controller-manager"),
    ...servingFlags("controller-manager", network),
    "--leader-elect=false",
    `--root-ca-file=${INSIDE.pki}/ca.crt`,
    `--service-account-private-key-file=${INSIDE.pki}/sa.key`,
    "--use-service-account-credentials",
  ],
  "kube-scheduler": (network) => [
    program("kube-scheduler"),
    kubeconfig("scheduler"),
    ...servingFlags("scheduler", network),
    "--leader-elect=false",
  ],
  kubelet: (network) => [
    program("kubelet"),
    kubeconfig("kubelet"),
    `--config=${INSIDE.config}/kubelet.yaml`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${network.nodeAddress}`,
  ],
  "kube-proxy": (network) => [
    program("kube-proxy"),
    kubeconfig("proxy"),
    `--hostname-override=${NODE_NAME}`,
    `--bind-address=${network.nodeAddress}`,
    `--healthz-bind-address=${network.nodeAddress}:10256`,
    "--proxy-mode=iptables",
    `--cluster-cidr=${network.podCidr}`,
    // The machine's connection tracking limits are not the cluster's to change.
    "--conntrack-max-per-core=0",
    "--conntrack-tcp-timeout-established=0",
    "--conntrack-tcp-timeout-close-wait=0",
  ],
};

function program(name: string): string {
  return `${INSIDE.tools}/${name}`;
}

function kubeconfig(name: string): string {
  return `--kubeconfig=${INSIDE.config}/${name}.kubeconfig`;
}

/** Controller manager and scheduler answer for their health over TLS, with the certificate that they are clients by. */
function servingFlags(name: string, { nodeAddress }: NetworkPlan): string[] {
  return [
    `--bind-address=${nodeAddress}`,
    `--tls-cert-file=${INSIDE.pki}/${name}.crt`,
    `--tls-private-key-file=${INSIDE.pki}/${name}.key`,
  ];
}
