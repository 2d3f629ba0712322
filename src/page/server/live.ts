import { applicationIn } from "../../application/application.ts";
import { ApiError, type KubernetesApi } from "../../cluster/api.ts";
import type { WatchState } from "../../cluster/reflector.ts";
import { watchedApi } from "../../cluster/watched.ts";
import type { StackSummary } from "../../engine/pulumi.ts";
import { UserError } from "../../errors.ts";
import type { HistoryEntry } from "../../model/history.ts";
import { type Status, statusWith } from "../../operations/status.ts";
import type { Project } from "../../project/project.ts";
import { coalesced } from "./coalesced.ts";

/** What is read while the page is open. */
export interface LiveSources {
  readonly project: () => Project;
  /** Undefined before the foundation was applied. @throws UserError where the backend cannot be read */
  readonly cluster: () => Promise<KubernetesApi | undefined>;
  /** The stacks, by a process of the engine's command line. */
  readonly stacks: () => Promise<readonly StackSummary[]>;
  /** The canary's share in the edge, as it was read last. */
  readonly applied: () => number | undefined;
}

/** What is told of it. */
export interface LiveListener {
  readonly onStatus: (status: Status, history: readonly HistoryEntry[]) => void;
  /** @param why undefined where the cluster answers */
  readonly onCluster: (answers: boolean, why: string | undefined) => void;
}

/** Between two statuses: a rollout tells many changes a second. */
const GAP_MS = 100;
/** Pods get older without a change. */
const AGEING_MS = 30_000;

/** Follows what is live by watches of the API server, which is asked nothing over and over. */
export class Live {
  readonly #sources: LiveSources;
  readonly #listener: LiveListener;
  readonly #signal: AbortSignal;
  readonly #refreshing: ReturnType<typeof coalesced>;
  readonly #lost = new Map<string, Error>();
  #api: KubernetesApi | undefined;
  #summaries: Promise<readonly StackSummary[]>;
  #moved: string | undefined;

  constructor(sources: LiveSources, listener: LiveListener, signal: AbortSignal) {
    this.#sources = sources;
    this.#listener = listener;
    this.#signal = signal;
    this.#refreshing = coalesced(() => this.#refresh(), GAP_MS);
    this.#summaries = sources.stacks();
    this.#summaries.catch(() => undefined);
    const ageing = setInterval(() => this.ask(), AGEING_MS).unref();
    signal.addEventListener("abort", () => {
      clearInterval(ageing);
      this.#refreshing.end();
    });
  }

  /** Whether there is a cluster yet. */
  get isConnected(): boolean {
    return this.#api !== undefined;
  }

  /** Looks for the cluster, and follows it from then on. @throws as the sources do */
  async connect(): Promise<void> {
    const [api] = await Promise.all([this.#sources.cluster(), this.#summaries]);
    if (api && !this.#api) {
      const onState = (state: WatchState) => this.#onState(state);
      this.#api = watchedApi(api, { onChange: () => this.ask(), onState, signal: this.#signal });
    }
    if (!api) this.#listener.onCluster(true, undefined);
    this.ask();
  }

  /** Reads the status anew, soon. */
  ask(): void {
    this.#refreshing.ask();
  }

  #onState(state: WatchState): void {
    if (state.follows) this.#lost.delete(state.path);
    else this.#lost.set(state.path, state.error);
    const [error] = this.#lost.values();
    this.#listener.onCluster(error === undefined, error && reasonOf(error));
  }

  async #refresh(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      if (this.#signal.aborted) return;
      if (!(error instanceof UserError || error instanceof ApiError)) throw error;
      this.#listener.onCluster(this.#lost.size === 0, error.message);
    }
  }

  async #read(): Promise<void> {
    const project = this.#sources.project();
    const api = this.#api;
    const applied = async () => this.#sources.applied();
    const status = await statusWith({ project, api, summaries: this.#summaries, applied });
    const history = api ? await applicationIn(api, project.config).history() : [];
    if (this.#lost.size === 0) this.#listener.onCluster(true, undefined);
    this.#listener.onStatus(status, history);
    this.#readStacksAfterMoves(JSON.stringify([status.live?.record, history[0]]));
  }

  /** A move changes the stacks; nothing else that the page shows does. */
  #readStacksAfterMoves(moved: string): void {
    const isFirst = this.#moved === undefined;
    if (moved === this.#moved) return;
    this.#moved = moved;
    if (isFirst) return;
    const before = this.#summaries;
    // A backend that is away for a moment: what was known of it stays.
    this.#summaries = this.#sources.stacks().catch(() => before);
    void this.#summaries.then(() => this.ask());
  }
}

const FORBIDDEN = 403;

function reasonOf(error: Error): string {
  if (!(error instanceof ApiError) || error.status !== FORBIDDEN) return error.message;
  return `${error.message}. A foundation of before the page does not let it watch: apply it again with canary foundation`;
}
