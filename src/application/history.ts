import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { type HistoryEntry, parseHistory, withEntry } from "../model/history.ts";
import { configMapPath } from "./live.ts";

/** Key of the ConfigMap's data: `kubectl get configmap APP-history -o jsonpath={.data.moves}`. */
const MOVES = "moves";

interface HistoryMap {
  readonly metadata: { readonly resourceVersion?: string };
  readonly data?: { readonly [MOVES]?: string };
}

/** The last moves, newest first. */
export async function readHistory(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<readonly HistoryEntry[]> {
  const found = await api.get<HistoryMap>(configMapPath(namespace, name));
  return parseHistory(found?.data?.[MOVES] ?? "");
}

/** Remembers a move. The lock is held, so that nobody else writes; still a change in between is not overwritten. */
export async function appendHistory(
  api: KubernetesApi,
  namespace: string,
  name: string,
  entry: HistoryEntry,
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
      data: { [MOVES]: withEntry(found?.data?.[MOVES] ?? "", entry) },
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
