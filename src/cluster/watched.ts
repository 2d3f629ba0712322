import type { KubernetesApi } from "./api.ts";
import { type Reflector, startReflector, type WatchedObject, type WatchState } from "./reflector.ts";

/** What is told about the watches of an API. */
export interface WatchedOptions {
  /** Told of every change of what was read through it. */
  readonly onChange: () => void;
  /** Told when the watch of a path is lost, with the reason, and when it is back. */
  readonly onState: (state: WatchState) => void;
  readonly signal: AbortSignal;
}

interface WithManagers {
  readonly metadata: { readonly managedFields?: unknown };
}

/**
 * The same API server, read by watches: the first read of an object or of a list begins a watch of it, and this and every
 * later one is answered from what that has seen. So what is read over and over asks the server nothing. While the server
 * is away, reads give what was known; one of something that was never seen waits.
 *
 * It writes nothing. The account needs `list` and `watch` of what is read.
 */
export function watchedApi(api: KubernetesApi, options: WatchedOptions): KubernetesApi {
  const watches = new Map<string, Reflector<WatchedObject>>();
  const watchOf = async (path: string, query: Readonly<Record<string, string>>) => {
    const key = `${path}?${new URLSearchParams(query)}`;
    const known = watches.get(key);
    const reflector =
      known ?? startReflector<WatchedObject>(api, { path, query, keep: withoutManagers, ...options });
    if (!known) watches.set(key, reflector);
    await untilSynced(reflector, options.signal);
    return [...reflector.objects.values()];
  };
  return {
    server: api.server,
    time: () => api.time(),
    open: (path, signal) => api.open(path, signal),
    text: (path) => api.text(path),
    send: async (method, path) => {
      throw new Error(`${method} ${path}: what is watched is read, and not written`);
    },
    get: async <T>(path: string) => {
      const [, collection = "", name = ""] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
      const [found] = await watchOf(collection, { fieldSelector: `metadata.name=${name}` });
      return found as T | undefined;
    },
    list: async <T>(path: string) => {
      const [collection = "", query] = path.split("?");
      return (await watchOf(collection, Object.fromEntries(new URLSearchParams(query)))) as T[];
    },
  };
}

/** Field managers are a third of an object, and nobody looks at them. */
const withoutManagers = <T extends WatchedObject>(object: T): T => {
  const { managedFields: _managers, ...metadata } = object.metadata as WithManagers["metadata"] &
    T["metadata"];
  return { ...object, metadata };
};

/** @throws the signal's reason when it aborts before that */
async function untilSynced({ synced }: Reflector<WatchedObject>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const ended = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: ended.signal });
  });
  try {
    await Promise.race([synced, aborted]);
  } finally {
    ended.abort();
  }
}
