import { setTimeout } from "node:timers/promises";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { podsPath, withLabels } from "../../src/cluster/objects.ts";

/** Kubernetes writes times by the second: pods are looked at this often instead. */
const LOOK_MS = 100;

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** What was done, and the pods that began meanwhile. */
export interface Watched<T> {
  readonly result: T;
  /** For each pod the seconds from when it was seen first until it was ready. */
  readonly starts: readonly number[];
}

/** Does something, and times the starts of the pods with a label that begin meanwhile. */
export async function startsDuring<T>(
  { api, namespace, app }: { readonly api: KubernetesApi; readonly namespace: string; readonly app: string },
  work: () => Promise<T>,
): Promise<Watched<T>> {
  const look = () => api.list<Pod>(`${podsPath(namespace)}${withLabels({ app })}`);
  const before = new Set((await look()).map(({ metadata }) => metadata.uid));
  const seen = new Map<string, { readonly from: number; until?: number }>();
  const note = (pods: readonly Pod[]): void => {
    const now = performance.now();
    for (const { metadata, status } of pods.filter((pod) => !before.has(pod.metadata.uid))) {
      const pod = seen.get(metadata.uid) ?? { from: now };
      seen.set(metadata.uid, pod);
      if (isReady(status)) pod.until ??= now;
    }
  };
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      note(await look());
      await setTimeout(LOOK_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  const result = await work().finally(() => over.abort());
  await watching;
  note(await look());
  const starts = [...seen.values()].flatMap(({ from, until }) =>
    until === undefined ? [] : [(until - from) / 1000],
  );
  return { result, starts };
}

const isReady = (status: Pod["status"]): boolean =>
  status?.conditions?.some(({ type, status: holds }) => type === "Ready" && holds === "True") === true;
