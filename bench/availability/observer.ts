import { setTimeout } from "node:timers/promises";
import { connectApi, readable } from "../../local/edge/api.ts";
import type { KubernetesObject } from "../../local/edge/objects.ts";

import type { NamedContext } from "../../local/environment/workspace.ts";
import { startReflector } from "../../src/cluster/reflector.ts";
import type { PerTrack } from "../../src/model/traffic.ts";
import type { ShareRange } from "../../src/model/transition.ts";
import { readServers } from "../../src/routers/voyager/applied-share.ts";
import { appliedShare } from "../../src/routers/voyager/statistics.ts";

interface Pod extends KubernetesObject {
  readonly metadata: KubernetesObject["metadata"] & { readonly deletionTimestamp?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** What was seen from one moment to another. */
export interface Seen {
  /** The canary track's share as HAProxy applied it; undefined when no server took traffic. */
  readonly share: ShareRange | undefined;
  readonly fewestReady: number;
}

/** Looks at the pods and at HAProxy until it is told to stop. */
export interface PodObserver {
  /** Forgets what was seen before. */
  begin(): void;
  seen(): Seen;
  stop(): void;
}

const SAMPLE_MS = 100;

/**
 * Watches the pods of a namespace, and reads from HAProxy ten times a second which share it applies: what is shorter
 * than that is not seen of the share, and all of the pods.
 */
export async function observePods(
  { kubeconfig = "", context }: NamedContext,
  namespace: string,
  edge: { statsUrl: string },
  deployments: PerTrack<string>,
): Promise<PodObserver> {
  const stopped = new AbortController();
  let shares: number[] = [];
  let fewestReady = Number.POSITIVE_INFINITY;
  const look = () => {
    fewestReady = Math.min(fewestReady, [...pods.objects.values()].filter(isReady).length);
  };
  const pods = startReflector<Pod>(readable(connectApi(kubeconfig, context)), {
    path: `/api/v1/namespaces/${namespace}/pods`,
    onChange: () => look(),
    onState: () => undefined,
    signal: stopped.signal,
  });
  await pods.synced;
  void sample(edge, deployments, stopped.signal, (share) => shares.push(share));
  return {
    begin: () => {
      shares = shares.slice(-1);
      fewestReady = Number.POSITIVE_INFINITY;
      look();
    },
    seen: () => ({
      share: shares.length > 0 ? { lowest: Math.min(...shares), highest: Math.max(...shares) } : undefined,
      fewestReady,
    }),
    stop: () => stopped.abort(),
  };
}

async function sample(
  edge: { statsUrl: string },
  deployments: PerTrack<string>,
  signal: AbortSignal,
  add: (share: number) => void,
): Promise<void> {
  while (!signal.aborted) {
    // An HAProxy that is just being replaced does not answer; the next one does.
    const servers = await readServers(edge.statsUrl).catch(() => []);
    const share = appliedShare(servers, deployments);
    if (share !== undefined) add(share);
    await setTimeout(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
  }
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True");
  return metadata.deletionTimestamp === undefined && ready === true;
}
