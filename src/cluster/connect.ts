import { Agent, type RequestOptions } from "node:https";
import { expectedName } from "../http/connection.ts";
import { apiAt, type KubernetesApi } from "./api.ts";
import { type ClusterAccess, loadKubeconfig, serverOf } from "./client-library.ts";
import { readTokenKubeconfig, type TokenAccess } from "./kubeconfig.ts";

/**
 * Access to a cluster through a kubeconfig, with its own authentication and TLS verification.
 * @throws UserError when the kubeconfig or the context is not there, or when it goes without verified TLS; Refusal for
 * an exported kubeconfig that this program did not write
 */
export async function connect(access: ClusterAccess): Promise<KubernetesApi> {
  if (access.exported === undefined) return connectAsConfigured(access);
  const token = readTokenKubeconfig(access.exported);
  return token.address.proxyUrl === undefined
    ? connectWithToken(token)
    : connectAsConfigured({ kubeconfig: access.exported });
}

/** What the deployer's own kubeconfig needs, without the half second that a client library takes to load. */
function connectWithToken({ address, token }: TokenAccess): KubernetesApi {
  const { server, certificateAuthority, tlsServerName } = address;
  const connection = {
    // A wait for a rollout asks many times a second: each by a connection of its own keeps both sides busy with TLS.
    kept: new Agent({ keepAlive: true }),
    ...(certificateAuthority !== undefined && { ca: Buffer.from(certificateAuthority, "base64") }),
    ...(tlsServerName !== undefined && expectedName(tlsServerName)),
  };
  const authenticated = { connection, headers: { Authorization: `Bearer ${token}` } };
  return apiAt(server, async () => authenticated);
}

/** Any other kubeconfig: client certificates, login commands, proxies. */
async function connectAsConfigured(access: ClusterAccess): Promise<KubernetesApi> {
  const kubeconfig = await loadKubeconfig(access);
  return apiAt(serverOf(kubeconfig, access), async () => {
    const options: RequestOptions = {};
    await kubeconfig.applyToHTTPSOptions(options);
    const { agent, auth, ca, cert, key, servername } = options;
    const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]);
    return {
      connection: { agent, auth, ca, cert, key, servername },
      headers: Object.fromEntries(headers),
    };
  });
}
