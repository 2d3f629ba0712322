/** Work that is asked for more often than it is done. */
export interface Coalesced {
  /** Asks for it: it is done soon, once for all who ask meanwhile. */
  ask(): void;
  end(): void;
}

/**
 * @param work never runs twice at a time; what is asked for while it runs is done afterwards
 * @param gapMs least time between the end of one and the beginning of the next; the first begins at once
 */
export function coalesced(work: () => Promise<void>, gapMs: number): Coalesced {
  let isAsked = false;
  let isBusy = false;
  let hasEnded = false;
  const run = async (): Promise<void> => {
    isBusy = true;
    while (isAsked && !hasEnded) {
      isAsked = false;
      await work();
      await new Promise((resolve) => setTimeout(resolve, gapMs).unref());
    }
    isBusy = false;
  };
  return {
    ask: () => {
      isAsked = true;
      if (!isBusy && !hasEnded) void run();
    },
    end: () => {
      hasEnded = true;
    },
  };
}
