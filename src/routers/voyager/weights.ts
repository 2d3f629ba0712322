import type { PodMarks } from "../../model/version.ts";
import { isWaiting } from "../waiting.ts";

/** Voyager reads it from every pod into HAProxy's `server … weight N`. */
export const WEIGHT_ANNOTATION = "ingress.appscode.com/backend-weight";

/**
 * The part of the traffic that a pod draws against others: none while it waits; else what its annotation says, 1 without
 * the annotation, and 0 for what is no whole number ("25 %"), as Voyager does it.
 */
export function podWeight({ labels, annotations }: PodMarks): number {
  if (isWaiting(labels)) return 0;
  const weight = annotations?.[WEIGHT_ANNOTATION] ?? "1";
  return /^\d+$/.test(weight) ? Number(weight) : 0;
}
