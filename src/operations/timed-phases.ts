import type { Observer } from "./observer.ts";

/** Seconds of each part of a move: `{preview: 0.9, apply: 2.4}`. */
export type Timing = Readonly<Record<string, number>>;

/** Runs the parts of a move under their titles, and adds up how long each took. */
export class TimedPhases {
  private readonly durations: Record<string, number> = {};
  private readonly observer: Observer;

  constructor(observer: Observer) {
    this.observer = observer;
  }

  /** @param part under which key of the timing; several phases can have the same */
  async run<T>(part: string, title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await this.observer.phase(title, work);
    } finally {
      this.durations[part] = (this.durations[part] ?? 0) + (performance.now() - started) / 1000;
    }
  }

  get timing(): Timing {
    return { ...this.durations };
  }

  /** All parts together. What lies between them, such as a person's answer, does not count. */
  get seconds(): number {
    return Object.values(this.durations).reduce((sum, seconds) => sum + seconds, 0);
  }
}
