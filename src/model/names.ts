import { createHash, createHmac } from "node:crypto";

/** The two Deployments that share the traffic: httpd-previous and httpd-new in the walkthrough. */
export const TRACKS = ["previous", "canary"] as const;
export type TrackName = (typeof TRACKS)[number];

/** One field manager in every stack, so that stages take over each other's objects without a conflict. */
export const FIELD_MANAGER = "canary-stages";

/** Names of the objects that belong to the application as a whole. */
export interface AppNames {
  readonly service: string;
  readonly ingress: string;
  /** ConfigMap that says what is live. */
  readonly record: string;
  /** Lease that whoever promotes or rolls back holds. */
  readonly lock: string;
  /** ConfigMap with the last moves. */
  readonly history: string;
  /** ServiceAccount, Role and RoleBinding that promotions run with. */
  readonly deployer: string;
}

/** Names are the same in every stage: the stages are one environment with other values. */
export function appNames(app: string, namespace: string): AppNames {
  return {
    service: `${app}-service`,
    ingress: `${app}-ingress`,
    record: `${app}-release`,
    lock: `${app}-release`,
    history: `${app}-history`,
    deployer: `${namespace}-deployer`,
  };
}

/** The same content has the same name, another content another one: such an object never changes. */
export function contentName(owner: string, content: string): string {
  return `${owner}-${createHash("sha256").update(content).digest("hex").slice(0, 10)}`;
}

/** Name of a Secret: by a keyed hash of its values. */
export const secretName = (owner: string, ...of: Parameters<typeof secretHash>): string =>
  `${owner}-${secretHash(...of)}`;

/**
 * Keyed hash of the values of a Secret: a name is no secret, and a plain hash would tell a short value to whoever tries
 * them all.
 */
export function secretHash(values: Readonly<Record<string, string>>, key: string): string {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHmac("sha256", key).update(JSON.stringify(entries)).digest("hex").slice(0, 10);
}

/** `httpd:2.4.20`, or `httpd@sha256:…` for a digest. */
export function imageReference(repository: string, version: string): string {
  return `${repository}${version.startsWith("sha256:") ? "@" : ":"}${version}`;
}
