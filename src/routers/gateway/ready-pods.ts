import type { KubernetesApi } from "../../cluster/api.ts";
import { podsPath, withLabels } from "../../cluster/objects.ts";

/** A pod that takes requests. */
export interface ReadyPod {
  readonly name: string;
  readonly address: string;
  /** By the API server's clock, in milliseconds. */
  readonly readySince: number;
}

interface PodObject {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** Pods with these labels that are ready and stay: those that the endpoints of their Service are made of. */
export async function readyPods(
  api: KubernetesApi,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<ReadyPod[]> {
  const pods = await api.list<PodObject>(`${podsPath(namespace)}${withLabels(labels)}`);
  return pods.flatMap(({ metadata, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    if (metadata.deletionTimestamp !== undefined || ready?.status !== "True" || !status?.podIP) return [];
    const readySince = Date.parse(ready.lastTransitionTime ?? "") || 0;
    return [{ name: metadata.name, address: status.podIP, readySince }];
  });
}
