/**
 * Does several things at the same time. When one fails, the others are told to stop and are waited for, so that nothing
 * works on behind a failure that is being reported.
 * @param signal stops all of them
 * @param begin starts them, with the signal that tells them to stop
 * @throws the first failure
 */
export async function sideBySide<T extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  begin: (stop: AbortSignal) => { [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const work = begin(stop);
  for (const part of work) part.catch((error: unknown) => failed.abort(error));
  await Promise.allSettled(work);
  if (failed.signal.aborted) throw failed.signal.reason;
  return (await Promise.all(work)) as unknown as T;
}
