import { readFile } from "node:fs/promises";
import { Agent, type AgentOptions, type RequestOptions } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { UserError } from "../errors.ts";
import { ApiError, exchange, REQUEST_TIMEOUT_MS, type RequestBody } from "./http.ts";
import { type ClusterAddress, readTokenKubeconfig, type TokenAccess } from "./kubeconfig.ts";

export { ApiError, REQUEST_TIMEOUT_MS, type RequestBody } from "./http.ts";

/** Which cluster: the text or the file of a kubeconfig (none: the usual places), and one of its contexts. */
export interface ClusterAccess {
  readonly kubeconfig?: string | undefined;
  readonly file?: string | undefined;
  readonly context?: string | undefined;
}

/** A Kubernetes API server, as plain JSON over its paths. */
export interface KubernetesApi {
  readonly server: string;
  /** @throws ApiError for any answer that is not 2xx, UserError when the server cannot be reached */
  send<T>(method: string, path: string, body?: RequestBody): Promise<T>;
  /** The object, or undefined when it does not exist. */
  get<T>(path: string): Promise<T | undefined>;
  list<T>(path: string): Promise<T[]>;
  /** The server's clock, by its last answer: this machine's own may be wrong. */
  time(): Date;
}

/** An API that is not Kubernetes' own, and how a cluster comes to have it. */
export interface RequiredApi {
  /** Group and version, `voyager.appscode.com/v1`. */
  readonly groupVersion: string;
  /** What to install, as the end of a sentence. */
  readonly installation: string;
}

/**
 * Access to a cluster through a kubeconfig, with its own authentication and TLS verification.
 * @throws UserError when the kubeconfig or the context is not there, or when it goes without verified TLS
 */
export async function connect(access: ClusterAccess): Promise<KubernetesApi> {
  const token = access.kubeconfig !== undefined ? readTokenKubeconfig(access.kubeconfig) : undefined;
  return token ? connectWithToken(token) : connectAsConfigured(access);
}

/** What the deployer's own kubeconfig needs, without the half second that a client library takes to load. */
function connectWithToken({ address, token }: TokenAccess): KubernetesApi {
  const ca = address.certificateAuthority && Buffer.from(address.certificateAuthority, "base64");
  const agent = new Agent({
    // A wait for a rollout asks many times a second: each by a connection of its own keeps both sides busy with TLS.
    keepAlive: true,
    ...(ca && { ca }),
    ...(address.tlsServerName !== undefined && expectedName(address.tlsServerName)),
  });
  return apiAt(address.server, async (options) => {
    options.agent = agent;
    options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
  });
}

/** The name that the server's certificate has to have. Of an address the handshake may not speak (RFC 6066). */
function expectedName(name: string): AgentOptions {
  const checkName: AgentOptions["checkServerIdentity"] = (_host, certificate) =>
    checkServerIdentity(name, certificate);
  return isIP(name) ? { checkServerIdentity: checkName } : { servername: name };
}

async function connectAsConfigured(access: ClusterAccess): Promise<KubernetesApi> {
  const kubeConfig = await loadKubeConfig(access);
  return apiAt(kubeConfig.getCurrentCluster()?.server ?? "", (options) =>
    kubeConfig.applyToHTTPSOptions(options),
  );
}

/** @param authenticate adds what the server knows the account by, and how its certificate is verified */
function apiAt(server: string, authenticate: (options: RequestOptions) => Promise<void>): KubernetesApi {
  let clock = { server: Date.now(), local: performance.now() };
  const send = async <T>(method: string, path: string, body?: RequestBody): Promise<T> => {
    const options: RequestOptions = {
      method,
      timeout: REQUEST_TIMEOUT_MS,
      headers: { Accept: "application/json" },
    };
    await authenticate(options);
    const { content, date } = await exchange<T>(new URL(path, server), options, body);
    if (date) clock = { server: date.getTime(), local: performance.now() };
    return content;
  };
  return {
    server,
    send,
    get: (path) => send("GET", path).catch(undefinedWhenMissing) as never,
    list: async <T>(path: string) => (await send<{ items: T[] }>("GET", path)).items,
    time: () => new Date(clock.server + performance.now() - clock.local),
  };
}

async function loadKubeConfig(access: ClusterAccess) {
  // Loaded on first use: it takes half a second, which a wrong configuration need not wait for.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const kubeConfig = new KubeConfig();
  try {
    if (access.kubeconfig !== undefined) kubeConfig.loadFromString(access.kubeconfig);
    else if (access.file !== undefined) kubeConfig.loadFromFile(access.file);
    else kubeConfig.loadFromDefault();
  } catch (error) {
    throw new UserError(
      `the kubeconfig ${access.file ?? ""} cannot be read: ${(error as Error).message}`,
      "Name a kubeconfig file that exists, in cluster.kubeconfig of the founding stack or in KUBECONFIG.",
    );
  }
  if (access.context !== undefined) selectContext(kubeConfig, access.context);
  requireTls(kubeConfig);
  return kubeConfig;
}

function requireTls(kubeConfig: import("@kubernetes/client-node").KubeConfig): void {
  const cluster = kubeConfig.getCurrentCluster();
  const context = kubeConfig.getCurrentContext();
  if (cluster?.skipTLSVerify) {
    throw new UserError(
      `context ${context} has insecure-skip-tls-verify: true`,
      "Give the cluster's certificate authority in the kubeconfig instead.",
    );
  }
  if (cluster?.server.startsWith("http:")) {
    throw new UserError(
      `context ${context} goes to ${cluster.server}, without TLS`,
      "Give the cluster's https address in the kubeconfig instead.",
    );
  }
}

function selectContext(kubeConfig: import("@kubernetes/client-node").KubeConfig, context: string): void {
  const known = kubeConfig.getContexts().map(({ name }) => name);
  if (!known.includes(context)) {
    throw new UserError(
      `cluster.context is ${context}, which the kubeconfig does not have: it has ${known.join(", ") || "none"}`,
      "Name one of its contexts, or another kubeconfig in cluster.kubeconfig.",
    );
  }
  kubeConfig.setCurrentContext(context);
}

function undefinedWhenMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined;
  throw error;
}

/** Where a kubeconfig's cluster is, for a kubeconfig of another account. */
export async function clusterAddress(access: ClusterAccess): Promise<ClusterAddress> {
  const cluster = (await loadKubeConfig(access)).getCurrentCluster();
  if (!cluster?.server) {
    throw new UserError(
      `context ${access.context} names no cluster with a server`,
      "Complete it in the kubeconfig.",
    );
  }
  const file = cluster.caFile && (await readFile(cluster.caFile)).toString("base64");
  return {
    server: cluster.server,
    certificateAuthority: cluster.caData || file || undefined,
    tlsServerName: cluster.tlsServerName,
    proxyUrl: cluster.proxyUrl,
  };
}
