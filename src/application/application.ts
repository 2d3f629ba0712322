import type { KubernetesApi } from "../cluster/api.ts";
import type { HistoryEntry } from "../model/history.ts";
import type { Holder } from "../model/lock.ts";
import { type AppNames, appNames } from "../model/names.ts";
import type { OngoingSoak } from "../model/ongoing-soak.ts";
import type { StagePlan } from "../model/plan.ts";
import type { WeightOf } from "../model/pods.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { PerTrack } from "../model/traffic.ts";
import { appendHistory, readHistory, readSoak, writeSoak } from "./history.ts";
import { type Live, readLive, readRecord } from "./live.ts";
import { acquireLock, breakLock, type Lock, type LockOptions, lockHolder } from "./lock.ts";
import { type LiveTrack, readTracks } from "./tracks.ts";

/** The part of a configuration that says which application in which namespace. */
export interface ApplicationConfig {
  readonly app: { readonly name: string };
  readonly namespace: string;
}

/**
 * One application in one cluster: what the cluster keeps of it, by the names that it has there. Every method asks the
 * API server anew, and throws a UserError where that cannot be reached.
 */
export interface Application {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly names: AppNames;
  /** What is live, as the last stage wrote it; undefined when nothing was released yet. */
  record(): Promise<ReleaseRecord | undefined>;
  /** The record and both Deployments. */
  live(plan: StagePlan): Promise<Live>;
  /** Both Deployments with their ReplicaSets and pods, each pod with what it draws of the traffic. */
  tracks(plan: StagePlan, weightOf: WeightOf): Promise<PerTrack<LiveTrack>>;
  /** The last moves, newest first. */
  history(): Promise<readonly HistoryEntry[]>;
  /** @param options whether the soak that goes on is kept: anything that is written down ends it otherwise */
  appendHistory(entry: HistoryEntry, options?: { readonly keepsSoak?: boolean }): Promise<void>;
  /** The soak that goes on since the last entry of the history. */
  soak(): Promise<OngoingSoak | undefined>;
  writeSoak(soak: OngoingSoak): Promise<void>;
  /** Takes the lock. @throws Refusal when somebody else holds it */
  lock(options: LockOptions): Promise<Lock>;
  lockHolder(): Promise<Holder | undefined>;
  /** Takes a dead holder's lock away. @throws Refusal when somebody else holds it than was named */
  breakLock(holder: string): Promise<Holder>;
}

/** The application of a project or a stage, in a cluster. */
export function applicationIn(api: KubernetesApi, { app, namespace }: ApplicationConfig): Application {
  const names = appNames(app.name, namespace);
  const lease = { namespace, name: names.lock };
  return {
    api,
    namespace,
    names,
    record: () => readRecord(api, namespace, names.record),
    live: (plan) => readLive(api, namespace, names, plan),
    tracks: (plan, weightOf) => readTracks(api, namespace, plan, weightOf),
    history: () => readHistory(api, namespace, names.history),
    appendHistory: (entry, options) => appendHistory(api, namespace, names.history, entry, options),
    soak: () => readSoak(api, namespace, names.history),
    writeSoak: (soak) => writeSoak(api, namespace, names.history, soak),
    lock: (options) => acquireLock(api, lease, options),
    lockHolder: () => lockHolder(api, lease),
    breakLock: (holder) => breakLock(api, lease, holder),
  };
}

/** A project and the way to its cluster: a command's session and an operation's operator both have them. */
export interface Reach {
  readonly project: { readonly config: ApplicationConfig };
  /** Undefined while there is no cluster. */
  cluster(): Promise<KubernetesApi | undefined>;
}

/** The project's application; undefined while there is no cluster, which is before the foundation was applied. */
export async function applicationOf({ project, cluster }: Reach): Promise<Application | undefined> {
  const api = await cluster();
  return api && applicationIn(api, project.config);
}
