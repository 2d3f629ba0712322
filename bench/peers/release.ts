import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { layoutOf } from "../../local/cluster/layout.ts";
import { lengthOf, writtenSince } from "../../local/process/logs.ts";
import { type Load, startLoad } from "../load/load.ts";
import { arrives, untilAlone } from "./arrival.ts";
import type { Contender } from "./contender.ts";
import { cycleMoves, type Move, versionAt } from "./moves.ts";
import { reportOf, seconds, type Taken } from "./release-report.ts";
import type { ReleaseRun } from "./report.ts";
import type { Turn } from "./turn.ts";
import { watchUsage } from "./usage.ts";
import type { World } from "./world.ts";

const REST_MS = 4000;
export const KEPT_CONNECTIONS = 64;
const LONGEST_SECONDS = 3600;
const MOST_REQUESTS = 10_000_000;

export interface ReleaseOptions {
  /** New connections a second. */
  readonly rate: number;
  readonly cycles: number;
}

/** Takes a contender through cycles of moves under load. */
export async function runReleases(
  { contender, pods }: Turn,
  options: ReleaseOptions,
  world: World,
): Promise<ReleaseRun> {
  await contender.found(versionAt(0));
  const recordFile = join(world.stateDir, `${contender.name}.ndjson`);
  const load = await startUsers(contender, world, options.rate, recordFile);
  const taken: Taken[] = [];
  try {
    await setTimeout(REST_MS);
    for (let cycle = 1; cycle <= options.cycles; cycle++) {
      for (const move of cycleMoves(cycle)) {
        world.signal.throwIfAborted();
        pods.begin();
        const done = { ...(await takeMove(contender, move, world)), seen: pods.seen() };
        const restFrom = Date.now();
        await setTimeout(REST_MS);
        taken.push({ ...done, cycle, move, rest: await load.between(restFrom, Date.now()) });
        world.progress.say(lineOf(move, done));
      }
    }
  } finally {
    await load.stop();
  }
  return reportOf({ ...options, contender: contender.name }, taken, await readFile(recordFile, "utf8"));
}

/** Users at a rate on new connections and on kept-alive ones, once the first version serves alone. */
export async function startUsers(
  contender: Contender,
  world: World,
  rate: number,
  recordFile: string,
): Promise<Load> {
  const { url, headers } = await contender.entrance();
  await untilAlone(contender, versionAt(0).name, world.signal);
  return startLoad({
    url,
    headers: { ...headers },
    clusterCidrs: [...world.environment.networks],
    newConnectionsPerSecond: rate,
    keepAliveConnections: KEPT_CONNECTIONS,
    recordFile,
    classify: { header: "x-version" },
    maxSeconds: LONGEST_SECONDS,
    maxRequests: MOST_REQUESTS,
  });
}

type TakenMove = Pick<Taken, "from" | "shareAt" | "to" | "calls" | "usage">;

async function takeMove(contender: Contender, move: Move, world: World): Promise<TakenMove> {
  const { audit } = layoutOf(world.stateDir);
  const logged = lengthOf(audit);
  const usage = watchUsage(() => contender.processes());
  const from = Date.now();
  const [shareAt] = await Promise.all([untilShare(contender, move, world), move.act(contender)]);
  const to = Date.now();
  const calls = writtenSince(audit, logged).split("\n").filter(Boolean).length;
  if (move.share === 0) await contender.settle();
  return { from, shareAt, to, calls, usage: await usage.stop() };
}

async function untilShare(
  contender: Contender,
  { share, version }: Move,
  { signal }: World,
): Promise<number> {
  if (await arrives(contender, { version: version.name, share }, signal)) return Date.now();
  throw new Error(`${version.name} of ${contender.name} does not get ${share} %`);
}

const lineOf = ({ title }: Move, { from, shareAt, to, seen }: TakenMove & Pick<Taken, "seen">): string =>
  `  ${title}: there after ${seconds(from, shareAt)} s, done after ${seconds(from, to)} s, fewest ready ${seen.fewestReady}`;
