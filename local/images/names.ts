/** What containerd takes a name without a registry to mean; its import wants the whole name. */
const DEFAULT_PREFIX = "docker.io";

/** The image that holds a pod's namespaces. */
export const PAUSE_IMAGE = "localhost/canary-stages/pause:1";

/** The tags of walkthrough A. Here all are one build of Debian's Apache; only the page, a ConfigMap, differs. */
export const HTTPD_TAGS = ["2.4.18", "2.4.20", "2.4.23"] as const;

/** Tags that registries have today, for every processor: what a cluster of somebody's own pulls. */
export const PUBLIC_HTTPD_TAGS = ["2.4.63", "2.4.65", "2.4.66"] as const;

/** Versions of walkthrough B's application; each answers its own. */
export const APP_TAGS = ["1.0.0", "2.0.0", "2.1.0"] as const;

/** `httpd:TAG` as it is imported. */
export function httpdImage(tag: string): string {
  return `${DEFAULT_PREFIX}/library/httpd:${tag}`;
}

/** `canary-stages/app:TAG` as it is imported. */
export function appImage(tag: string): string {
  return importedName("canary-stages/app", tag);
}

/** An image as it is imported: the first part of a name is a registry where it looks like a host. */
export function importedName(image: string, tag: string): string {
  const [first = "", ...rest] = image.split("/");
  const hasRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const path = rest.length > 0 ? image : `library/${image}`;
  return `${hasRegistry ? image : `${DEFAULT_PREFIX}/${path}`}:${tag}`;
}
