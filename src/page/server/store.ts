import type { PageEvent, PageState, SharePoint } from "../contract.ts";
import { withPoint } from "./points.ts";

/** Is told an event, as JSON: it is made once, however many look. */
export type Listener = (json: string) => void;

type Parts = Omit<PageState, "points">;

/** The one state that all viewers see, and who is told when it changes. */
export class PageStore {
  #state: PageState;
  /** Each part as JSON: what is the same is not told again. */
  readonly #told: Partial<Record<keyof Parts, string>> = {};
  readonly #listeners = new Set<Listener>();

  constructor(state: PageState) {
    this.#state = state;
    for (const key of Object.keys(state) as (keyof Parts)[]) this.#told[key] = JSON.stringify(state[key]);
  }

  get state(): PageState {
    return this.#state;
  }

  /** Sets parts of the state, and tells those that are other than before. */
  change(parts: Partial<Parts>): void {
    const changed = Object.fromEntries(
      Object.entries(parts).filter(([key, value]) => this.#isNew(key as keyof Parts, value)),
    ) as Partial<Parts>;
    if (Object.keys(changed).length === 0) return;
    this.#state = { ...this.#state, ...changed };
    this.#tell({ event: "changed", changed });
  }

  #isNew(key: keyof Parts, value: unknown): boolean {
    const json = JSON.stringify(value);
    if (this.#told[key] === json) return false;
    this.#told[key] = json;
    return true;
  }

  addPoint(point: SharePoint): void {
    this.#state = { ...this.#state, points: withPoint(this.#state.points, point) };
    this.#tell({ event: "point", point });
  }

  /** Puts points before those that there are. */
  beginWith(points: readonly SharePoint[]): void {
    this.#state = { ...this.#state, points: [...points, ...this.#state.points] };
    this.#tell({ event: "state", state: this.#state });
  }

  /** The whole state as an event. */
  whole(): string {
    return JSON.stringify({ event: "state", state: this.#state } satisfies PageEvent);
  }

  /** @returns ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: PageEvent): void {
    if (this.#listeners.size === 0) return;
    const json = JSON.stringify(event);
    for (const listener of this.#listeners) listener(json);
  }
}
