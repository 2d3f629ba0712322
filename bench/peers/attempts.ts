/**
 * Does the work for each, one after another, and goes on where one fails: what others took minutes for is not lost.
 * @param say told of each failure as it comes
 * @throws the signal's reason once it aborts; AggregateError at the end when any failed
 */
export async function attemptEach<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<void> {
  const errors: unknown[] = [];
  for (const item of items) {
    signal.throwIfAborted();
    try {
      await work(item);
    } catch (error) {
      signal.throwIfAborted();
      say(`FAILED, the others go on: ${textOf(error)}`);
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of the measured runs failed`);
}

/** Hands on what did not fail, and only then fails with what did. */
export async function settled<T>(
  runs: readonly Promise<T>[],
  take: (run: T) => Promise<void>,
): Promise<void> {
  const ended = await Promise.allSettled(runs);
  for (const run of ended) if (run.status === "fulfilled") await take(run.value);
  const errors = ended.flatMap((run) => (run.status === "rejected" ? [run.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors, errors.map(textOf).join("; "));
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
