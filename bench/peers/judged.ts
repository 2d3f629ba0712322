import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { until } from "../../local/process/until.ts";
import { startLoad } from "../load/load.ts";
import { shareOf, untilAlone } from "./arrival.ts";
import { type CanaryKind, KINDS, NOT_STARTING, versionsOf } from "./canaries.ts";
import type { Contender, Version } from "./contender.ts";
import { seconds } from "./release-report.ts";
import type { JudgedRun, OUTCOMES } from "./report.ts";
import type { Turn } from "./turn.ts";
import type { World } from "./world.ts";

export interface JudgedOptions {
  readonly canary: CanaryKind;
  /** New connections a second. */
  readonly rate: number;
  /** Between two checks of a peer's analysis. */
  readonly interval: string;
  /** The bench stops looking after this time. */
  readonly limitSeconds: number;
}

const LOOK_MS = 100;
const SETTLE_MS = 60_000;
/** What is in flight when the canary goes still ends. */
const TAIL_MS = 2000;

/** What was seen of a canary's share, ten times a second. */
interface Watched {
  readonly stop: () => Promise<void>;
  /** Times in milliseconds since 1970 at which the canary had a share for the first and for the last time. */
  readonly times: () => { readonly first: number | undefined; readonly last: number | undefined };
}

/** Has a contender release a canary by itself, and looks what becomes of it. */
export async function runJudged(
  { contender }: Turn,
  options: JudgedOptions,
  world: World,
): Promise<JudgedRun> {
  const { stable, canary } = versionsOf(options.canary);
  await contender.found(stable);
  const { url, headers } = await contender.entrance();
  await untilAlone(contender, stable.name, world.signal);
  const load = await startLoad({
    url,
    headers: { ...headers },
    clusterCidrs: [...world.environment.networks],
    newConnectionsPerSecond: options.rate,
    recordFile: join(world.stateDir, `judged-${contender.name}.ndjson`),
    classify: { header: "x-version" },
  });
  const watched = watchShare(contender, canary.name);
  try {
    const ended = await releaseWithin(contender, canary, options, world);
    await setTimeout(TAIL_MS);
    const { first = ended.from, last } = watched.times();
    const to = Date.now();
    const { requests, failed, failuresByKind } = await load.between(first, to);
    const share = await shareOf(contender, canary.name);
    const outcome = outcomeOf(share, { ...ended, wasLetIn: last !== undefined });
    return {
      contender: contender.name,
      canary: options.canary,
      rate: options.rate,
      interval: options.interval,
      outcome,
      seconds: seconds(first, outcome === "taken out" ? (last ?? first) : to),
      requests,
      failed,
      base: Math.round((requests * KINDS[options.canary].base) / 100),
      failuresByKind,
    };
  } finally {
    await watched.stop();
    await load.stop();
  }
}

/**
 * Has a contender release by itself, until it says that it is done and its share stays, or the time is over.
 * @throws what else ended it
 */
async function releaseWithin(
  contender: Contender,
  canary: Version,
  options: JudgedOptions,
  { progress, signal }: World,
): Promise<{ readonly from: number; readonly hasEnded: boolean }> {
  const from = Date.now();
  const release = contender.release(canary).then(
    () => undefined,
    (error: unknown) => error,
  );
  const limit = new AbortController();
  const ended = await Promise.race([
    release.then((error) => ({ error })),
    setTimeout(options.limitSeconds * 1000, undefined, { signal: limit.signal }).catch(() => undefined),
  ]);
  limit.abort();
  if (!ended) {
    // A command or a controller that goes on would work on what is removed next.
    await contender.kill();
    return { from, hasEnded: false };
  }
  if (ended.error) {
    if (!NOT_STARTING.includes(options.canary)) throw ended.error;
    progress.say(`  ${contender.name}: ${String(ended.error).split("\n").slice(0, 3).join(" ")}`);
  }
  // What was decided takes the pods out, or in, a moment later.
  const isSettled = async () => [0, 100].includes((await shareOf(contender, canary.name)) ?? -1);
  await until(isSettled, { timeoutMs: SETTLE_MS, everyMs: LOOK_MS, signal });
  // A command that failed left the canary where it was: pods that are down now come back.
  return { from, hasEnded: !ended.error };
}

function outcomeOf(
  share: number | undefined,
  { hasEnded, wasLetIn }: { readonly hasEnded: boolean; readonly wasLetIn: boolean },
): (typeof OUTCOMES)[number] {
  if (!wasLetIn) return "never let in";
  if (!hasEnded) return "still there";
  if (share === 100) return "released";
  return share === 0 ? "taken out" : "still there";
}

function watchShare(contender: Contender, version: string): Watched {
  let [first, last]: [number | undefined, number | undefined] = [undefined, undefined];
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      if (((await shareOf(contender, version)) ?? 0) > 0) {
        last = Date.now();
        first ??= last;
      }
      await setTimeout(LOOK_MS);
    }
  })();
  return {
    times: () => ({ first, last }),
    stop: () => {
      stopped = true;
      return watching;
    },
  };
}
