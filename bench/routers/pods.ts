import { setTimeout } from "node:timers/promises";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import type { MeasuredMove } from "./report.ts";

const LOOK_MS = 100;

interface Pod {
  readonly metadata: { readonly uid: string; readonly deletionTimestamp?: string };
}

/** Watches a namespace's pods until it is told to stop: those that leave no longer count. */
export async function watchPods(
  api: KubernetesApi,
  namespace: string,
): Promise<{ stop(): Promise<Pick<MeasuredMove, "replaced" | "pods" | "mostPods">> }> {
  const look = async (): Promise<Set<string>> => {
    const pods = await api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
    return new Set(
      pods.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.uid),
    );
  };
  const before = await look();
  let mostPods = before.size;
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      mostPods = Math.max(mostPods, (await look()).size);
      await setTimeout(LOOK_MS);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      const after = await look();
      const started = [...after].filter((uid) => !before.has(uid)).length;
      const left = [...before].filter((uid) => !after.has(uid)).length;
      return { replaced: Math.min(started, left), pods: after.size, mostPods };
    },
  };
}
