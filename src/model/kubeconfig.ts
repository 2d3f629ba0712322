/** Where an API server is, and how its certificate is verified. */
export interface ClusterAddress {
  readonly server: string;
  /** Base64 of the certificate authority; undefined where the machine's own authorities are to be used. */
  readonly certificateAuthority: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly proxyUrl?: string | undefined;
}

/** A kubeconfig for one service account, TLS verified. JSON is YAML: every client reads it. */
export function tokenKubeconfig(name: string, address: ClusterAddress, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: address.server,
          ...(address.certificateAuthority && { "certificate-authority-data": address.certificateAuthority }),
          ...(address.tlsServerName && { "tls-server-name": address.tlsServerName }),
          ...(address.proxyUrl && { "proxy-url": address.proxyUrl }),
        },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}
