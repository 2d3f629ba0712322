import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { configMapPath } from "../cluster/objects.ts";
import { type HistoryEntry, parseHistory, withEntry } from "../model/history.ts";
import { type OngoingSoak, parseSoak } from "../model/ongoing-soak.ts";

/** Keys of the ConfigMap's data: `kubectl get configmap APP-history -o jsonpath={.data.moves}`. */
interface HistoryData {
  readonly moves?: string;
  /** The soak that goes on. Whatever ends it, a move or a verdict, is an entry, and takes it away. */
  readonly soak?: string;
}

interface HistoryMap {
  readonly metadata: { readonly resourceVersion?: string };
  readonly data?: HistoryData;
}

/** The last moves, newest first. */
export async function readHistory(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<readonly HistoryEntry[]> {
  const found = await api.get<HistoryMap>(configMapPath(namespace, name));
  return parseHistory(found?.data?.moves ?? "");
}

/** Remembers a move, which ends the soak that goes on, unless it is said to keep it. */
export function appendHistory(
  api: KubernetesApi,
  namespace: string,
  name: string,
  entry: HistoryEntry,
  { keepsSoak = false } = {},
): Promise<void> {
  return changeHistory(api, namespace, name, ({ moves = "", soak }) => ({
    moves: withEntry(moves, entry),
    ...(keepsSoak && soak !== undefined && { soak }),
  }));
}

/** The soak that goes on; undefined where none does. */
export async function readSoak(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<OngoingSoak | undefined> {
  const found = await api.get<HistoryMap>(configMapPath(namespace, name));
  return parseSoak(found?.data?.soak);
}

/** Remembers where a soak began. */
export function writeSoak(
  api: KubernetesApi,
  namespace: string,
  name: string,
  soak: OngoingSoak,
): Promise<void> {
  return changeHistory(api, namespace, name, (data) => ({ ...data, soak: JSON.stringify(soak) }));
}

/** A change in between is not overwritten, whoever makes it. */
async function changeHistory(
  api: KubernetesApi,
  namespace: string,
  name: string,
  changed: (data: HistoryData) => HistoryData,
): Promise<void> {
  const path = configMapPath(namespace, name);
  for (;;) {
    const found = await api.get<HistoryMap>(path);
    const content = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name,
        namespace,
        ...(found && { resourceVersion: found.metadata.resourceVersion }),
      },
      data: changed(found?.data ?? {}),
    };
    const body = { type: "application/json", content } as const;
    try {
      await (found
        ? api.send("PUT", path, body)
        : api.send("POST", path.slice(0, path.lastIndexOf("/")), body));
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
    }
  }
}
