import { readFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { UserError } from "./errors.ts";
import type { ClusterAddress } from "./model/kubeconfig.ts";

/** Which cluster: the text or the file of a kubeconfig (none: the usual places), and one of its contexts. */
export interface ClusterAccess {
  readonly kubeconfig?: string | undefined;
  readonly file?: string | undefined;
  readonly context?: string | undefined;
}

export interface RequestBody {
  readonly type: "application/json" | "application/merge-patch+json" | "application/apply-patch+yaml";
  readonly content: unknown;
}

/** A Kubernetes API server, as plain JSON over its paths. */
export interface KubernetesApi {
  readonly server: string;
  /** @throws ApiError for any answer that is not 2xx, UserError when the server cannot be reached */
  send<T>(method: string, path: string, body?: RequestBody): Promise<T>;
  /** The object, or undefined when it does not exist. */
  get<T>(path: string): Promise<T | undefined>;
  list<T>(path: string): Promise<T[]>;
}

/** An API that is not Kubernetes' own, and how a cluster comes to have it. */
export interface RequiredApi {
  /** Group and version, `voyager.appscode.com/v1`. */
  readonly groupVersion: string;
  /** What to install, as the end of a sentence. */
  readonly installation: string;
}

/** An answer of the API server that is no success. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Access to a cluster through a kubeconfig, with its own authentication and TLS verification.
 * @throws UserError when the kubeconfig or the context is not there, or when it turns TLS verification off
 */
export async function connect(access: ClusterAccess): Promise<KubernetesApi> {
  const kubeConfig = await loadKubeConfig(access);
  const server = kubeConfig.getCurrentCluster()?.server ?? "";
  const send = async <T>(method: string, path: string, body?: RequestBody): Promise<T> => {
    const options: RequestOptions = {
      method,
      timeout: REQUEST_TIMEOUT_MS,
      headers: { Accept: "application/json" },
    };
    await kubeConfig.applyToHTTPSOptions(options);
    return exchange<T>(new URL(path, server), options, body);
  };
  return {
    server,
    send,
    get: (path) => send("GET", path).catch(undefinedWhenMissing) as never,
    list: async <T>(path: string) => (await send<{ items: T[] }>("GET", path)).items,
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
  if (kubeConfig.getCurrentCluster()?.skipTLSVerify) {
    throw new UserError(
      `context ${kubeConfig.getCurrentContext()} has insecure-skip-tls-verify: true`,
      "Give the cluster's certificate authority in the kubeconfig instead.",
    );
  }
  return kubeConfig;
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

function exchange<T>(url: URL, options: RequestOptions, body?: RequestBody): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const unreachable = (error: Error) =>
      reject(
        new UserError(
          `the cluster at ${url.origin} cannot be reached: ${error.message}`,
          "Check that the cluster runs, that its address is right and that this machine may connect to it.",
        ),
      );
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    const request = send(url, options, (response) => {
      readAnswer<T>(response).then(resolve, (error) =>
        error instanceof ApiError ? reject(error) : unreachable(error),
      );
    });
    request.on("timeout", () =>
      request.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS / 1000} s`)),
    );
    request.on("error", unreachable);
    if (body) request.setHeader("Content-Type", body.type);
    request.end(body && JSON.stringify(body.content));
  });
}

async function readAnswer<T>(response: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return JSON.parse(text) as T;
  throw new ApiError(status, messageOf(text) || `the API server answered ${status}`);
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text.slice(0, 300);
  }
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
