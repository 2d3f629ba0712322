import type { Application } from "../application/application.ts";
import type { Lock } from "../application/lock.ts";
import { Refusal, UserError } from "../errors.ts";
import type { Holder } from "../model/lock.ts";
import { isSameRecord, type ReleaseRecord, recordText } from "../model/record.ts";

export interface GuardArgs {
  readonly application: Pick<Application, "record" | "lock">;
  /** What the stage was checked against. */
  readonly live: ReleaseRecord | undefined;
  /** What the lock is taken with; undefined where whoever runs the program holds it. */
  readonly lock: { readonly holder: string; readonly purpose: string } | undefined;
  readonly warn: (text: string) => void;
  /** Registers what is done when the program has nothing left to change. */
  readonly atEnd: (work: () => Promise<void>) => void;
}

/**
 * Stands before every change of a stage: what it gives is awaited before each. Before the first one it takes the lock, unless
 * that is held already, and then looks whether the record still is what the stage was checked against. Nothing is taken
 * where nothing changes.
 * @throws UserError when somebody else holds the lock, when another stage went live meanwhile, or when the lock is lost on the
 * way: what is not changed yet stays. Its message has what to do: the engine passes nothing else on of what a hook throws
 */
export function guardOf(args: GuardArgs): () => Promise<void> {
  let begun: Promise<Lock | undefined> | undefined;
  return async () => {
    begun ??= begin(args);
    try {
      (await begun)?.lost.throwIfAborted();
    } catch (error) {
      throw error instanceof UserError ? new UserError(String(error), "") : error;
    }
  };
}

async function begin({ application, live, lock, warn, atEnd }: GuardArgs): Promise<Lock | undefined> {
  const onExpired = ({ name }: Holder): void =>
    warn(`${name} holds the lock, which has expired: watching whether it is still alive`);
  const held = lock && (await application.lock({ ...lock, onExpired }));
  if (held) atEnd(() => held.release());
  const now = await application.record();
  if (isSameRecord(now, live)) return held;
  throw new Refusal(
    `what is live was changed after this was checked, so nothing was applied: then ${recordText(live)}, now ${recordText(now)}`,
    "Preview again and decide on what it then shows.",
  );
}
