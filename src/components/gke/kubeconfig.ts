import { type ClusterAddress, kubeconfigOf } from "../../cluster/kubeconfig.ts";

/**
 * A kubeconfig for whoever is signed in to Google Cloud: it holds no credential, and gke-gcloud-auth-plugin gets a
 * token when one is needed.
 */
export function administratorKubeconfig(name: string, address: ClusterAddress): string {
  return kubeconfigOf(name, address, {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "gke-gcloud-auth-plugin",
      installHint: "Install it: gcloud components install gke-gcloud-auth-plugin",
      interactiveMode: "Never",
      provideClusterInfo: true,
    },
  });
}

/**
 * Where the API server is. Behind its IP address it proves itself by the cluster's own authority, behind its DNS
 * name by a public one.
 */
export function addressOf(
  endpoint: "ip" | "dns",
  found: { ip: string; dns: string | undefined; certificateAuthority: string | undefined },
): ClusterAddress {
  return endpoint === "dns"
    ? { server: `https://${found.dns}`, certificateAuthority: undefined }
    : { server: `https://${found.ip}`, certificateAuthority: found.certificateAuthority };
}
