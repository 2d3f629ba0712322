import { readFile } from "node:fs/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../errors.ts";
import type { ClusterAddress } from "./kubeconfig.ts";

/** Which cluster: the text or the file of a kubeconfig (none: the usual places), and one of its contexts. */
export interface ClusterAccess {
  /** The text that the foundation exports. */
  readonly exported?: string | undefined;
  /** A text that this program made itself. */
  readonly kubeconfig?: string | undefined;
  readonly file?: string | undefined;
  readonly context?: string | undefined;
  /** Who named file and context, for what is wrong with them: the foundation's configuration unless it is said. */
  readonly namedBy?: "configuration" | "options" | undefined;
}

/** What file and context are called where they are named. */
const NAMES = {
  configuration: {
    context: "cluster.context",
    file: "cluster.kubeconfig of the foundation or in KUBECONFIG",
  },
  options: { context: "--context", file: "--kubeconfig or in KUBECONFIG" },
} as const;

const namesOf = ({ namedBy = "configuration" }: ClusterAccess) => NAMES[namedBy];

/**
 * A kubeconfig as the Kubernetes client library understands it, at the context that was named.
 * @throws UserError when it cannot be read, has no such context, or goes without verified TLS
 */
export async function loadKubeconfig(access: ClusterAccess): Promise<KubeConfig> {
  // Loaded on first use: it takes half a second, which a wrong configuration need not wait for.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const kubeconfig = new KubeConfig();
  try {
    if (access.kubeconfig !== undefined) kubeconfig.loadFromString(access.kubeconfig);
    else if (access.file !== undefined) kubeconfig.loadFromFile(access.file);
    else kubeconfig.loadFromDefault();
  } catch (error) {
    throw new UserError(
      `${titleOf(access)} cannot be read: ${(error as Error).message}`,
      access.kubeconfig === undefined
        ? `Name a kubeconfig file that exists, in ${namesOf(access).file}.`
        : "Apply the foundation again, which writes it: canary foundation",
    );
  }
  if (access.context !== undefined) selectContext(kubeconfig, access, access.context);
  requireTls(kubeconfig);
  return kubeconfig;
}

/**
 * The address of the API server that a loaded kubeconfig leads to.
 * @throws UserError when its context leads to none
 */
export function serverOf(kubeconfig: KubeConfig, access: ClusterAccess): string {
  const server = kubeconfig.getCurrentCluster()?.server;
  if (typeof server === "string" && URL.canParse(server)) return server;
  const context = kubeconfig.getCurrentContext();
  throw new UserError(
    context
      ? `context ${context} names no cluster with a server`
      : `${titleOf(access)} has no current context`,
    "Complete it in the kubeconfig.",
  );
}

/**
 * Where a kubeconfig's cluster is, for a kubeconfig of another account.
 * @throws UserError as `loadKubeconfig` does, and when the context leads to no server
 */
export async function clusterAddress(access: ClusterAccess): Promise<ClusterAddress> {
  const kubeconfig = await loadKubeconfig(access);
  const server = serverOf(kubeconfig, access);
  const { caFile, caData, tlsServerName, proxyUrl } = kubeconfig.getCurrentCluster() ?? {};
  const file = caFile && (await readFile(caFile)).toString("base64");
  return { server, certificateAuthority: caData || file || undefined, tlsServerName, proxyUrl };
}

function titleOf({ kubeconfig, file }: ClusterAccess): string {
  if (kubeconfig !== undefined) return "the kubeconfig of the foundation";
  return file === undefined ? "the kubeconfig of this account" : `the kubeconfig ${file}`;
}

function requireTls(kubeconfig: KubeConfig): void {
  const cluster = kubeconfig.getCurrentCluster();
  const context = kubeconfig.getCurrentContext();
  if (cluster?.skipTLSVerify) {
    throw new UserError(
      `context ${context} has insecure-skip-tls-verify: true`,
      "Give the cluster's certificate authority in the kubeconfig instead.",
    );
  }
  if (cluster?.server?.startsWith("http:")) {
    throw new UserError(
      `context ${context} goes to ${cluster.server}, without TLS`,
      "Give the cluster's https address in the kubeconfig instead.",
    );
  }
}

function selectContext(kubeconfig: KubeConfig, access: ClusterAccess, context: string): void {
  const known = kubeconfig.getContexts().map(({ name }) => name);
  if (!known.includes(context)) {
    const names = namesOf(access);
    throw new UserError(
      `${names.context} is ${context}, which the kubeconfig does not have: it has ${known.join(", ") || "none"}`,
      `Name one of its contexts, or another kubeconfig in ${names.file}.`,
    );
  }
  kubeconfig.setCurrentContext(context);
}
