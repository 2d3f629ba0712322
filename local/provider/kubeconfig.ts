/** A cluster's address and credentials, read by @kubernetes/client-node, which understands every kind of them. */
import { existsSync } from "node:fs";
import type * as https from "node:https";
import { homedir } from "node:os";
import { KubeConfig } from "@kubernetes/client-node";
import type { Target } from "./config.ts";
import { ClusterError } from "./errors.ts";

export interface Access {
  /** The API server's address, without a slash at the end. */
  readonly server: string;
  /** For namespaced objects that name none. */
  readonly namespace: string;
  /** TLS options, agent and authorisation of the next request; asks a credential plugin when there is one. */
  requestOptions(): Promise<https.RequestOptions>;
}

/** The name of the context that puts the option `cluster` in the place of its context's own. */
const OVERRIDE = "canary-stages-cluster-override";

/** @throws ClusterError "unreachable" when there is no usable kubeconfig, or it has no such context or cluster */
export function readKubeconfig(target: Target): Access {
  const config = load(target.kubeconfig?.trim());
  if (target.context) config.setCurrentContext(target.context);
  const name = config.getCurrentContext();
  const context = config.getContextObject(name);
  if (!context) throw unusable(`it has no context ${JSON.stringify(name ?? "")}`);
  if (target.cluster) {
    config.addContext({ name: OVERRIDE, user: context.user, cluster: target.cluster });
    config.setCurrentContext(OVERRIDE);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw unusable(`it has no cluster ${JSON.stringify(target.cluster ?? context.cluster)}`);
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace: target.namespace ?? context.namespace ?? "default",
    requestOptions: async () => {
      const options: https.RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      return options;
    },
  };
}

function load(given: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (!given) config.loadFromDefault();
    else if (isFile(given)) config.loadFromFile(expand(given));
    else config.loadFromString(given);
  } catch (error) {
    throw unusable(loadFailure(error));
  }
  return config;
}

/** A YAML error quotes the text around the place, which may be a token: only its reason is passed on. */
function loadFailure(error: unknown): string {
  if (!(error instanceof Error)) return "it is not readable";
  if ("reason" in error) return `it is no YAML (${String(error.reason)})`;
  return "code" in error ? error.message : "it is no kubeconfig";
}

function expand(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}

function isFile(given: string): boolean {
  return !given.includes("\n") && existsSync(expand(given));
}

function unusable(reason: string): ClusterError {
  const message = `configured Kubernetes cluster is unreachable: unable to load its kubeconfig: ${reason}`;
  return new ClusterError("unreachable", message);
}

/** The server a target points at, without a connection; undefined when its kubeconfig cannot be read. */
export function serverOf(target: Target): string | undefined {
  try {
    return readKubeconfig(target).server;
  } catch (error) {
    if (error instanceof ClusterError) return undefined;
    throw error;
  }
}
