import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { arrives } from "./arrival.ts";
import { versionAt } from "./moves.ts";
import { startUsers } from "./release.ts";
import type { KilledRun } from "./report.ts";
import type { Turn } from "./turn.ts";
import type { World } from "./world.ts";

/** Moments of a move at which what makes it is killed, in milliseconds from its beginning. */
export const MOMENTS_MS = [500, 1500, 3000, 6000] as const;
/** Nobody is there for so long. */
const AWAY_MS = 10_000;

/** Kills what makes a move from 25 to 75 %, once at each moment, and brings it back. */
export async function runKilled({ contender }: Turn, rate: number, world: World): Promise<KilledRun[]> {
  await contender.found(versionAt(0));
  const load = await startUsers(
    contender,
    world,
    rate,
    join(world.stateDir, `killed-${contender.name}.ndjson`),
  );
  const runs: KilledRun[] = [];
  try {
    for (const [index, afterMs] of MOMENTS_MS.entries()) {
      world.signal.throwIfAborted();
      const version = versionAt(index + 1);
      await contender.release(version);
      const from = Date.now();
      // A command that is killed fails; a controller leaves nothing that could.
      const moving = contender.advance(75).catch(() => undefined);
      await setTimeout(afterMs);
      await contender.kill();
      await setTimeout(AWAY_MS);
      const back = Date.now();
      // Whether the move arrives is what is asked, whatever the way says of it.
      const resumed = contender
        .resume(75)
        .catch((error: unknown) => world.progress.say(`  ${contender.name}, brought back: ${String(error)}`));
      await Promise.all([resumed, moving]);
      const arrived = await arrives(contender, { version: version.name, share: 75 }, world.signal);
      const to = Date.now();
      const { requests, failed } = await load.between(from, to);
      runs.push({
        contender: contender.name,
        afterMs,
        arrived,
        seconds: Number(((to - back) / 1000).toFixed(1)),
        requests,
        failed,
      });
      await contender.abort();
      await contender.settle();
    }
  } finally {
    await load.stop();
  }
  return runs;
}
