import { z } from "zod";
import { UserError } from "../errors.ts";

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

/**
 * A kubeconfig for one service account.
 * @throws UserError for an empty token: every request with it would be refused, long after the mistake was made
 */
export function tokenKubeconfig(name: string, address: ClusterAddress, token: string): string {
  if (token !== "") return kubeconfigOf(name, address, { token });
  throw new UserError(
    `the token of service account ${name} is empty: the cluster at ${address.server} has not filled its Secret`,
    "Look whether the cluster's token controller runs, then apply the founding stack again.",
  );
}

export interface TokenAccess {
  readonly address: ClusterAddress;
  readonly token: string;
}

/** As much of a kubeconfig as `tokenKubeconfig` writes for a cluster that no proxy is in front of, and nothing more. */
const tokenKubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.strictObject({
        server: z.string().startsWith("https:"),
        "certificate-authority-data": z.string().min(1).optional(),
        "tls-server-name": z.string().min(1).optional(),
      }),
    }),
  ]),
  users: z.tuple([z.object({ user: z.strictObject({ token: z.string().min(1) }) })]),
});

/**
 * What `tokenKubeconfig` wrote; undefined for any other kubeconfig (YAML, a login command, several clusters), for one
 * without TLS, and for one through a proxy.
 */
export function readTokenKubeconfig(text: string): TokenAccess | undefined {
  const parsed = tokenKubeconfigSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const [{ cluster }] = parsed.data.clusters;
  const [{ user }] = parsed.data.users;
  const address = {
    server: cluster.server,
    certificateAuthority: cluster["certificate-authority-data"],
    tlsServerName: cluster["tls-server-name"],
  };
  return { address, token: user.token };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
