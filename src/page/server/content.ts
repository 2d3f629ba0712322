import type { KubernetesApi } from "../../cluster/api.ts";
import type { PulumiCli } from "../../engine/pulumi.ts";
import { UserError } from "../../errors.ts";
import type { HistoryEntry } from "../../model/history.ts";
import type { LiveStatus, Status } from "../../operations/status.ts";
import type { Project } from "../../project/project.ts";
import { Chart } from "./chart.ts";
import { EdgeReader } from "./edge-reader.ts";
import { Live } from "./live.ts";
import { pointsOf } from "./points.ts";
import { followProject, type ProjectFiles } from "./project-files.ts";
import { pageProject, shownStatus } from "./state.ts";
import type { PageStore } from "./store.ts";
import type { Viewers } from "./viewers.ts";

/** How often a cluster is looked for while there is none: each time is a process of the engine's command line. */
const FOUNDATION_MS = 5_000;

export interface ContentOptions {
  readonly project: Project;
  readonly cluster: () => Promise<KubernetesApi | undefined>;
  readonly pulumi: Pick<PulumiCli, "stacks">;
  /** Where the edge's statistics are, as somebody asks for them. */
  readonly stats: readonly string[];
  readonly control: boolean;
  readonly signal: AbortSignal;
}

/** Keeps a page's state as the cluster, the edge and the project's files are. */
export class Content {
  readonly #store: PageStore;
  readonly #viewers: Viewers;
  readonly #options: ContentOptions;
  readonly #files: ProjectFiles;
  readonly #live: Live;
  readonly #chart: Chart;
  #status: LiveStatus | undefined;
  #hasHistory = false;

  constructor(store: PageStore, viewers: Viewers, options: ContentOptions) {
    const { cluster, pulumi, signal } = options;
    this.#store = store;
    this.#viewers = viewers;
    this.#options = options;
    this.#files = followProject(options.project, () => this.#onProject(), signal);
    const project = () => this.project;
    this.#live = new Live(
      { project, cluster, stacks: () => pulumi.stacks(), applied: () => this.#chart.applied },
      {
        onStatus: (status, history) => this.#onStatus(status, history),
        onCluster: (answers, why) => this.#onCluster(answers, why),
      },
      signal,
    );
    this.#chart = new Chart(
      { project, live: () => this.#onChart(), isWatched: () => viewers.count > 0 },
      new EdgeReader(options.stats.length > 0 ? options.stats : (options.project.config.gate?.stats ?? [])),
      (point) => store.addPoint(point),
    );
  }

  /** As its files are now. */
  get project(): Project {
    return this.#files.project;
  }

  /** Begins to follow. @throws UserError where backend or cluster cannot be found out about */
  async begin(): Promise<void> {
    const { signal } = this.#options;
    await this.#live.connect();
    void this.#chart.follow(() => this.#live.ask(), signal);
    if (this.#live.isConnected) return;
    const looking = setInterval(() => void this.#lookForCluster(), FOUNDATION_MS).unref();
    signal.addEventListener("abort", () => clearInterval(looking));
  }

  async #lookForCluster(): Promise<void> {
    if (this.#live.isConnected || this.#viewers.count === 0) return;
    try {
      await this.#live.connect();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#onCluster(false, error.message);
    }
  }

  #onProject(): void {
    this.#store.change({ project: pageProject(this.project, this.#options.control) });
    this.#live.ask();
  }

  #onCluster(answers: boolean, why: string | undefined): void {
    const { cluster } = this.#store.state;
    const since = answers === cluster.answers ? cluster.since : new Date().toISOString();
    this.#store.change({ cluster: { answers, since, why: why ?? null } });
  }

  #onStatus(status: Status, history: readonly HistoryEntry[]): void {
    this.#status = status.live;
    const { soak, project } = this.#store.state;
    const isOver = soak && ![soak.stage, project.abort].includes(status.live?.record.stage ?? "");
    this.#store.change({ status: shownStatus(status), history, ...(isOver && { soak: null }) });
    if (!this.#hasHistory) {
      this.#hasHistory = true;
      this.#store.beginWith(pointsOf(history));
    }
    this.#chart.followStatus();
  }

  #onChart() {
    return this.#status && { record: this.#status.record, effective: this.#status.shares.effective };
  }
}
