/** Where an API server is, and how its certificate is verified. */
export interface ClusterAddress {
  readonly server: string;
  /** Base64 of the certificate authority; undefined where the machine's own authorities are to be used. */
  readonly certificateAuthority: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly proxyUrl?: string | undefined;
}

/** A kubeconfig with one cluster and one user of it, TLS verified. JSON is YAML: every client reads it. */
export function kubeconfigOf(name: string, address: ClusterAddress, user: object): string {
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
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}

/** A kubeconfig for one service account. */
export function tokenKubeconfig(name: string, address: ClusterAddress, token: string): string {
  return kubeconfigOf(name, address, { token });
}

export interface TokenAccess {
  readonly address: ClusterAddress;
  readonly token: string;
}

/** What `tokenKubeconfig` wrote; undefined for any other kubeconfig, one without TLS, and one through a proxy. */
export function readTokenKubeconfig(text: string): TokenAccess | undefined {
  const config = parseJson(text) as Partial<TokenKubeconfig> | undefined;
  const [cluster, otherCluster] = config?.clusters ?? [];
  const [user, otherUser] = config?.users ?? [];
  if (!cluster || !user || otherCluster || otherUser) return undefined;
  const { token, ...otherWays } = user.user;
  const { server, "certificate-authority-data": certificateAuthority, ...rest } = cluster.cluster;
  const { "tls-server-name": tlsServerName, ...special } = rest;
  if (!token || Object.keys(otherWays).length > 0 || Object.keys(special).length > 0) return undefined;
  if (!server.startsWith("https:")) return undefined;
  return { address: { server, certificateAuthority, tlsServerName }, token };
}

interface TokenKubeconfig {
  readonly clusters: readonly {
    readonly cluster: {
      readonly server: string;
      readonly "certificate-authority-data"?: string;
      readonly "tls-server-name"?: string;
    };
  }[];
  readonly users: readonly { readonly user: { readonly token?: string } }[];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
