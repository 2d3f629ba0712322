import type { KubernetesObject } from "../../local/edge/objects.ts";
import { type Readable, startReflector } from "../../src/cluster/reflector.ts";
import { type VersionedPod, versionOf } from "./workload.ts";

interface Pod extends KubernetesObject, VersionedPod {
  readonly metadata: KubernetesObject["metadata"] & { readonly deletionTimestamp?: string };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** What was seen of a namespace's pods since the last `begin`. */
export interface SeenPods {
  /** Ready ones when there were fewest. */
  readonly fewestReady: number;
  /** Those that were made. */
  readonly made: number;
}

/** A namespace's pods, watched until it is told to stop. */
export interface PodWatch {
  /** The version of the pod at an address. */
  versionAt(address: string): string | undefined;
  begin(): void;
  seen(): SeenPods;
  stop(): void;
}

export async function watchPods(api: Readable, namespace: string): Promise<PodWatch> {
  const stopped = new AbortController();
  const known = new Set<string>();
  let [made, fewestReady] = [0, Number.POSITIVE_INFINITY];
  const look = () => {
    const all = [...pods.objects.values()];
    fewestReady = Math.min(fewestReady, all.filter(isReady).length);
    for (const { metadata } of all) {
      const uid = metadata.uid ?? "";
      if (!known.has(uid)) made++;
      known.add(uid);
    }
  };
  const pods = startReflector<Pod>(api, {
    path: `/api/v1/namespaces/${namespace}/pods`,
    onChange: () => look(),
    onState: () => undefined,
    signal: stopped.signal,
  });
  await pods.synced;
  return {
    versionAt: (address) => {
      const found = [...pods.objects.values()].find(({ status }) => status?.podIP === address);
      return found && versionOf(found);
    },
    begin: () => {
      fewestReady = Number.POSITIVE_INFINITY;
      look();
      made = 0;
    },
    seen: () => ({ fewestReady, made }),
    stop: () => stopped.abort(),
  };
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false);
