import { appendHistory } from "../application/history.ts";
import { acquireLock, type Lock } from "../application/lock.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import type { Config } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import type { HistoryEntry } from "../model/history.ts";
import { appNames } from "../model/names.ts";
import type { Identity } from "./identity.ts";
import type { Observer } from "./observer.ts";
import type { Operator } from "./operator.ts";

export interface GuardOptions {
  readonly identity: Identity;
  readonly observer: Observer;
  readonly signal: AbortSignal;
}

/**
 * Works under the application's lock: the signal that `work` gets aborts when the operator stops it, or when the lock
 * is lost; besides it is told for how many milliseconds nobody had held the lock, 0 where that is not known. Before
 * the founding stack was applied there is no cluster to lock in, and Pulumi's own lock has to do.
 * @throws Refusal when somebody else holds the lock
 */
export async function underLock<T>(
  operator: Operator,
  config: Pick<Config, "app" | "namespace">,
  purpose: string,
  { identity, observer, signal }: GuardOptions,
  work: (signal: AbortSignal, freeBefore: number) => Promise<T>,
): Promise<T> {
  const api = await operator.cluster();
  const place = { namespace: config.namespace, name: appNames(config.app.name, config.namespace).lock };
  if (!api || !(await namespaceExists(api, config.namespace))) return work(signal, 0);
  const lock = await acquireLock(api, place, {
    holder: identity.holder,
    purpose,
    onExpired: ({ name, until }) =>
      observer.say(
        `${name} holds the lock, which expired at ${until.toISOString()}: watching whether it is still alive`,
      ),
  });
  try {
    return await work(AbortSignal.any([signal, lock.lost]), lock.freeBefore);
  } finally {
    await release(lock, observer);
  }
}

/** A lock that could not be given back expires: that is no reason to call the work failed. */
async function release(lock: Lock, observer: Observer): Promise<void> {
  await lock.release().catch((error: Error) => {
    observer.say(`the lock could not be released and ends by itself: ${error.message}`);
  });
}

/** An account that may not look at the namespace, as an earlier Role had it, has one: its Role lies in it. */
async function namespaceExists(api: KubernetesApi, namespace: string): Promise<boolean> {
  const path = `/api/v1/namespaces/${namespace}`;
  return api.get(path).then(Boolean, () => true);
}

/** Remembers a move in the cluster; what cannot be remembered is said, and changes nothing about the move. */
export async function remember(
  operator: Operator,
  config: Pick<Config, "app" | "namespace">,
  entry: HistoryEntry,
  observer: Observer,
): Promise<void> {
  try {
    const api = await operator.cluster();
    const { history } = appNames(config.app.name, config.namespace);
    if (api) await appendHistory(api, config.namespace, history, entry);
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof Error)) throw error;
    observer.say(`the move could not be written to the history: ${error.message}`);
  }
}
