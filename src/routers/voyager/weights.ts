/** Voyager reads it from every pod into HAProxy's `server … weight N`. */
export const WEIGHT_ANNOTATION = "ingress.appscode.com/backend-weight";

/** HAProxy's backend that shows the canary alone: its servers have weights too, but take no part in the split. */
export const PREVIEW_BACKEND = "preview";

const SERVING_LABEL = "serving";

/** Labels of pods that take traffic: what a Service selects where some of them may wait. */
export const SERVING = { [SERVING_LABEL]: "true" } as const;

/** Labels of a canary's pods that run without traffic: only the preview entrance shows them. */
export const WAITING = { [SERVING_LABEL]: "false" } as const;

/** The parts of a pod's metadata that decide about its traffic. */
export interface PodMarks {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The part of the traffic that a pod draws against others: none while it waits; else 1 without the annotation, and 0
 * for what is no whole number, as Voyager does it. Pods behind a router without weights have no annotation.
 */
export function podWeight({ labels, annotations }: PodMarks): number {
  if (labels?.[SERVING_LABEL] === WAITING[SERVING_LABEL]) return 0;
  const weight = annotations?.[WEIGHT_ANNOTATION] ?? "1";
  return /^\d+$/.test(weight) ? Number(weight) : 0;
}
