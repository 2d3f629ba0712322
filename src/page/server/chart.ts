import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../errors.ts";
import type { ReleaseRecord } from "../../model/record.ts";
import type { Project } from "../../project/project.ts";
import type { SharePoint } from "../contract.ts";
import { type EdgeMoment, type EdgeReader, NOT_READ } from "./edge-reader.ts";

/** Between two looks at the edge. */
export const LOOK_MS = 2_000;

/** What the chart is drawn from. */
export interface ChartSources {
  readonly project: () => Project;
  readonly live: () => { readonly record: ReleaseRecord; readonly effective: number | null } | undefined;
  /** Whether anybody looks: nobody asks the edge otherwise. */
  readonly isWatched: () => boolean;
}

/** Adds points to the chart: while somebody looks, by the edge's statistics; and whenever the share by the pods changes. */
export class Chart {
  readonly #sources: ChartSources;
  readonly #edge: EdgeReader;
  readonly #add: (point: SharePoint) => void;
  #applied: number | undefined;
  #last: string | undefined;

  constructor(sources: ChartSources, edge: EdgeReader, add: (point: SharePoint) => void) {
    this.#sources = sources;
    this.#edge = edge;
    this.#add = add;
  }

  /** Percent of the traffic that the edge gives the canary, as it was read last. */
  get applied(): number | undefined {
    return this.#applied;
  }

  /** Looks again and again until the signal aborts. @param onApplied told when the share in the edge is another one */
  async follow(onApplied: () => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const before = this.#applied;
      await this.look();
      if (this.#applied !== before) onApplied();
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async look(): Promise<void> {
    const live = this.#sources.live();
    if (!live || !this.#sources.isWatched()) {
      this.#edge.forget();
      return;
    }
    const moment = await this.#read(live.record);
    this.#applied = moment.applied ?? undefined;
    this.#addPoint(live, moment);
  }

  /** Adds a point where the share by pods and weights is another one than in the last point. */
  followStatus(): void {
    const live = this.#sources.live();
    if (live && keyOf(live) !== this.#last) this.#addPoint(live, NOT_READ);
  }

  async #read(record: ReleaseRecord): Promise<EdgeMoment> {
    try {
      return await this.#edge.read(this.#sources.project(), record);
    } catch (error) {
      // The edge may not be there yet, or be away: the share by the pods is known all the same.
      if (!(error instanceof UserError)) throw error;
      return NOT_READ;
    }
  }

  #addPoint(live: NonNullable<ReturnType<ChartSources["live"]>>, moment: EdgeMoment): void {
    this.#last = keyOf(live);
    const { record, effective } = live;
    this.#add({ time: new Date().toISOString(), effective, versions: { ...record.release }, ...moment });
  }
}

const keyOf = ({ record, effective }: NonNullable<ReturnType<ChartSources["live"]>>): string =>
  JSON.stringify([record.release, effective]);
