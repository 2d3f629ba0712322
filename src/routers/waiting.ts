const SERVING_LABEL = "serving";

/** Labels of pods that take traffic: what a Service selects where some of them may wait. */
export const SERVING = { [SERVING_LABEL]: "true" } as const;

/** Labels of a canary's pods that run without traffic: only the preview entrance shows them. */
export const WAITING = { [SERVING_LABEL]: "false" } as const;

/** Whether a pod with these labels runs without traffic. */
export const isWaiting = (labels: Readonly<Record<string, string>> = {}): boolean =>
  labels[SERVING_LABEL] === WAITING[SERVING_LABEL];
