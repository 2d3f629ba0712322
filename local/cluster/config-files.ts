import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { PAUSE_IMAGE } from "../images/names.ts";
import { MACHINERY } from "./certificates.ts";
import { INSIDE } from "./layout.ts";
import type { NetworkPlan } from "./network.ts";

/** Writes what containerd, its network plugins, the kubelet and the API server read. */
export async function writeConfigFiles(folder: string, network: NetworkPlan, cgroup: string): Promise<void> {
  await mkdir(join(folder, "cni"), { recursive: true });
  await Promise.all([
    writeFile(join(folder, "containerd.toml"), containerdConfig()),
    writeFile(join(folder, "cni", "10-bridge.conflist"), JSON.stringify(bridgeConfig(network))),
    writeFile(join(folder, "kubelet.yaml"), stringify(kubeletConfig(cgroup))),
    writeFile(join(folder, "audit-policy.yaml"), stringify(auditPolicy())),
  ]);
}

/**
 * `restrict_oom_score_adj`: without CAP_SYS_RESOURCE runc cannot lower a sandbox's score and fails with
 * "can't get final child's PID from pipe: EOF".
 */
function containerdConfig(): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "${INSIDE.containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${INSIDE.config}/cni"
`;
}

function bridgeConfig({ podCidr }: NetworkPlan) {
  const ipam = {
    type: "host-local",
    ranges: [[{ subnet: podCidr }]],
    routes: [{ dst: "0.0.0.0/0" }],
  };
  return {
    cniVersion: "0.4.0",
    name: "local",
    plugins: [
      { type: "bridge", bridge: "cni0", isGateway: true, ipMasq: false, hairpinMode: true, ipam },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** Every request is logged once, without what was sent and answered, but for those of the cluster's own parts. */
function auditPolicy() {
  const components = ["apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];
  return {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived", "ResponseStarted"],
    rules: [
      { level: "None", users: [...components.map((name) => `system:${name}`), MACHINERY] },
      { level: "None", userGroups: ["system:nodes", "system:serviceaccounts:kube-system"] },
      { level: "None", nonResourceURLs: ["/readyz*", "/livez*", "/healthz*"] },
      { level: "Metadata" },
    ],
  };
}

function kubeletConfig(cgroup: string) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${INSIDE.pki}/ca.crt` },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: `${INSIDE.pki}/kubelet.crt`,
    tlsPrivateKeyFile: `${INSIDE.pki}/kubelet.key`,
    containerRuntimeEndpoint: `unix://${INSIDE.containerdSocket}`,
    // Pods get no resolver: there is no cluster DNS, and no way out.
    resolvConf: "",
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroup}`,
    // The kubelet refuses a machine with cgroup version 1 otherwise.
    failCgroupV1: false,
    failSwapOn: false,
    // Images are imported and cannot be pulled again: a full disk must not make the kubelet delete them.
    imageGCHighThresholdPercent: 100,
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
  };
}
