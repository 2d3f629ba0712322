import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { until } from "../../local/process/until.ts";
import { startLoad } from "../load/load.ts";
import { shareOf, untilAlone } from "./arrival.ts";
import { type CanaryKind, KINDS, versionsOf } from "./canaries.ts";
import type { Contender } from "./contender.ts";
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
  // A command or a controller that goes on would work on what is removed next.
  if (!ended) await contender.kill();
  const isSettled = async () => [0, 100].includes((await shareOf(contender, canary.name)) ?? -1);
  // What was decided takes the pods out, or in, a moment later.
  if (ended) await until(isSettled, { timeoutMs: SETTLE_MS, everyMs: LOOK_MS, signal: world.signal });
  await setTimeout(TAIL_MS);
  await watched.stop();
  const { first = from, last } = watched.times();
  const to = Date.now();
  const { requests, failed, failuresByKind } = await load.between(first, to);
  await load.stop();
  const share = await shareOf(contender, canary.name);
  const outcome = outcomeOf(share, { hasEnded: ended !== undefined, wasLetIn: last !== undefined });
  if (ended?.error)
    world.progress.say(`  ${contender.name}: ${String(ended.error).split("\n").slice(0, 3).join(" ")}`);
  return {
    contender: contender.name,
    canary: options.canary,
    rate: options.rate,
    interval: options.interval,
    outcome,
    seconds: Number((((outcome === "taken out" ? (last ?? first) : to) - first) / 1000).toFixed(1)),
    requests,
    failed,
    base: Math.round((requests * KINDS[options.canary].base) / 100),
    failuresByKind,
  };
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
