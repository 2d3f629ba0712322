/** Voyager reads it from every pod into HAProxy's `server … weight N`. */
export const WEIGHT_ANNOTATION = "ingress.appscode.com/backend-weight";

/** HAProxy's backend that shows the canary alone: its servers have weights too, but take no part in the split. */
export const PREVIEW_BACKEND = "preview";

/**
 * The part of the traffic that a pod draws against others: 1 without the annotation, and 0 for what is no whole
 * number, as Voyager does it. Pods behind a router without weights have no annotation.
 */
export function podWeight(annotations: Readonly<Record<string, string>>): number {
  const weight = annotations[WEIGHT_ANNOTATION] ?? "1";
  return /^\d+$/.test(weight) ? Number(weight) : 0;
}
