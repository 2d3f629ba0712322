import { UserError } from "../errors.ts";
import type { Restarts } from "../gate/restarts.ts";
import type { PerTrack } from "../model/traffic.ts";

/** Pods of each track, as they are at one look. */
export type PodsNow = PerTrack<readonly { readonly name: string; readonly restarts: number }[]>;

/** What counts the restarts of a stage's pods, look by look. */
export interface RestartCounter {
  /** @param seconds since the look before */
  readonly add: (pods: PodsNow, seconds: number) => void;
  readonly counted: () => PerTrack<Restarts>;
}

/**
 * Counts restarts from now on: what a pod had before does not count, and a pod that is new has had none. A pod that is gone
 * keeps its count.
 */
export function countFrom(pods: PodsNow): RestartCounter {
  const tracks = { previous: counterOf(pods.previous), canary: counterOf(pods.canary) };
  return {
    add: (now, seconds) => {
      tracks.previous.add(now.previous, seconds);
      tracks.canary.add(now.canary, seconds);
    },
    counted: () => ({ previous: tracks.previous.counted(), canary: tracks.canary.counted() }),
  };
}

/** Pods of a soak. */
export interface WatchedPods {
  /** As they were when it began. */
  readonly first: PodsNow;
  /** As they are. @throws UserError where they cannot be read */
  readonly read: () => Promise<PodsNow>;
}

/**
 * Watches pods for their restarts since a soak began.
 * @returns takes a look, so many seconds after the beginning, and gives what was counted so far. Pods that cannot be read
 * are counted by the next look: their counters have it all.
 */
export function watchRestarts({
  first,
  read,
}: WatchedPods): (seconds: number) => Promise<PerTrack<Restarts>> {
  const counter = countFrom(first);
  let last = 0;
  return async (seconds) => {
    const pods = await read().catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
    });
    if (pods) {
      counter.add(pods, Math.max(0, seconds - last));
      last = seconds;
    }
    return counter.counted();
  };
}

function counterOf(first: PodsNow["canary"]) {
  const before = new Map(first.map(({ name, restarts }) => [name, restarts]));
  const since = new Map<string, number>();
  let podSeconds = 0;
  return {
    add: (pods: PodsNow["canary"], seconds: number): void => {
      podSeconds += pods.length * seconds;
      for (const { name, restarts } of pods) since.set(name, restarts - (before.get(name) ?? 0));
    },
    counted: (): Restarts => ({
      restarts: [...since.values()].reduce((sum, count) => sum + Math.max(0, count), 0),
      podSeconds,
    }),
  };
}
