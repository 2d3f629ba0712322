import type { Observer } from "../../operations/observer.ts";
import type { ActionRequest, PageAction } from "../contract.ts";
import { coalesced } from "./coalesced.ts";

/** Between two words of a phase that are told: an engine says some of them many times a second. */
const GAP_MS = 100;
/** How often the seconds of a running phase are told. */
const TICK_MS = 1_000;
/** Of what an action says. */
const MOST_LINES = 200;

interface Phase {
  readonly title: string;
  state: "runs" | "done" | "failed";
  readonly began: number;
  ended: number | undefined;
  note: string;
}

/** An action as its viewers see it go on. */
export class ActionReport {
  readonly observer: Observer;
  readonly #fixed: Pick<PageAction, "id" | "kind" | "stage" | "began" | "commandLine">;
  readonly #phases: Phase[] = [];
  readonly #lines: string[] = [];
  readonly #telling: ReturnType<typeof coalesced>;
  readonly #ticking: NodeJS.Timeout;
  readonly #tell: (action: PageAction) => void;

  /** @param tell told the whole action, whenever something of it is new */
  constructor(
    { kind, stage }: Pick<ActionRequest, "kind" | "stage">,
    { id, commandLine }: Pick<PageAction, "id" | "commandLine">,
    tell: (action: PageAction) => void,
  ) {
    this.#fixed = { id, kind, stage: stage ?? null, began: new Date().toISOString(), commandLine };
    this.#tell = tell;
    this.#telling = coalesced(async () => this.#tell(this.#action()), GAP_MS);
    this.#ticking = setInterval(() => this.#telling.ask(), TICK_MS).unref();
    this.observer = {
      phase: (title, work) => this.#phase(title, work),
      say: (text) => this.say(text),
    };
    this.#telling.ask();
  }

  say(text: string): void {
    this.#lines.push(text);
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
    this.#telling.ask();
  }

  /** Tells how it ended, at once and for the last time. */
  end(result: NonNullable<PageAction["result"]>): void {
    clearInterval(this.#ticking);
    this.#telling.end();
    this.#tell({ ...this.#action(), ended: new Date().toISOString(), result });
  }

  async #phase<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> {
    const phase: Phase = { title, state: "runs", began: performance.now(), ended: undefined, note: "" };
    this.#phases.push(phase);
    this.#telling.ask();
    const end = (state: "done" | "failed") => {
      phase.state = state;
      phase.ended = performance.now();
      this.#telling.ask();
    };
    try {
      const result = await work((note) => {
        phase.note = note;
        this.#telling.ask();
      });
      end("done");
      return result;
    } catch (error) {
      end("failed");
      throw error;
    }
  }

  #action(): PageAction {
    const phases = this.#phases.map(({ title, state, began, ended, note }) => ({
      title,
      state,
      seconds: Number((((ended ?? performance.now()) - began) / 1000).toFixed(1)),
      note,
    }));
    return { ...this.#fixed, ended: null, phases, lines: [...this.#lines], result: null };
  }
}
