import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { type Edge, findIngressEdge } from "../../local/edge/edge.ts";
import type { Environment } from "../../local/environment/environment.ts";
import type { Progress } from "../../local/process/progress.ts";
import { until } from "../../local/process/until.ts";
import type { Replicas } from "../../src/model/traffic.ts";
import type { ShareRange } from "../../src/model/transition.ts";
import { untilShareApplied } from "../applied.ts";
import { type Load, startLoad } from "../load/load.ts";
import { parseRecord } from "../load/record.ts";
import { summarise } from "../load/summary.ts";
import { DEPLOYMENTS, INGRESS } from "../walkthrough.ts";
import { figuresOf, type LoadFigures, timelineOf } from "./figures.ts";
import { observePods, type PodObserver, type Seen } from "./observer.ts";
import type { MoveReport, Run } from "./report.ts";
import { cycleSteps, firstStep, type Moved, podsAt, type Stage, type Step, type Way } from "./ways.ts";

export const KEPT_CONNECTIONS = 64;

const REST_MS = 4000;
const SETTLE_MS = 30_000;
/** HAProxy's weights are whole numbers: a share within half a point of a bound keeps to it. */
const TOLERANCE_POINTS = 0.5;
const LONGEST_RUN_SECONDS = 3600;
const MOST_REQUESTS = 10_000_000;

export interface Bench {
  readonly environment: Environment;
  readonly stateDir: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A way at the first stage, ready for load. */
export interface FirstStage {
  /** As the way's own Ingress sees it. */
  readonly edge: Edge;
  /** Percent of the traffic that the canary track gets. */
  readonly share: number;
}

/** Brings a way to its first stage and waits for HAProxy. */
export async function deployFirstStage(way: Way, { stateDir }: Bench): Promise<FirstStage> {
  const { share } = await way.move(firstStep);
  const find = () => findIngressEdge(stateDir, { namespace: way.namespace, name: INGRESS });
  const edge = await until(find, { timeoutMs: SETTLE_MS });
  if (!edge) throw new Error(`the Ingress of ${way.namespace} got no address within ${SETTLE_MS / 1000} s`);
  await untilShareApplied(edge, DEPLOYMENTS, share, SETTLE_MS);
  return { edge, share };
}

/** New connections at a rate and the kept-alive ones beside, on the way's own entrance. */
export function startBenchLoad(edge: Edge, rate: number, recordFile: string): Promise<Load> {
  return startLoad({
    url: edge.url,
    newConnectionsPerSecond: rate,
    keepAliveConnections: KEPT_CONNECTIONS,
    recordFile,
    classify: { body: "<h1>httpd ([^<]+)</h1>" },
    maxSeconds: LONGEST_RUN_SECONDS,
    maxRequests: MOST_REQUESTS,
  });
}

export interface RunOptions extends FirstStage {
  readonly rate: number;
  readonly cycles: number;
  readonly replicas: Replicas;
  readonly recordFile: string;
}

/** Takes a way that is at its first stage through cycles of moves under load. */
export async function runCycles(way: Way, options: RunOptions, bench: Bench): Promise<Run> {
  const { edge, rate, cycles, recordFile } = options;
  const observer = await observePods(bench.environment.cluster, way.namespace, edge, DEPLOYMENTS);
  const load = await startBenchLoad(edge, rate, recordFile);
  const taken: Taken[] = [];
  try {
    await setTimeout(REST_MS);
    let before = { stage: firstStep.stage, share: options.share };
    for (let cycle = 1; cycle <= cycles; cycle++) {
      for (const step of cycleSteps(cycle - 1)) {
        bench.signal.throwIfAborted();
        const next = await takeStep(way, step, edge, observer);
        taken.push({ ...next, cycle, before });
        before = { stage: step.stage, share: next.moved.share };
        bench.progress.say(lineOf(next));
        await setTimeout(REST_MS);
      }
    }
  } finally {
    observer.stop();
    await load.stop();
  }
  return reportOf(way, options, taken);
}

interface TakenStep {
  readonly step: Step;
  readonly moved: Moved;
  readonly from: number;
  readonly to: number;
  readonly seen: Seen;
}

interface Taken extends TakenStep {
  readonly cycle: number;
  readonly before: { readonly stage: Stage; readonly share: number };
}

async function takeStep(way: Way, step: Step, edge: Edge, observer: PodObserver): Promise<TakenStep> {
  observer.begin();
  const from = Date.now();
  const moved = await way.move(step);
  await untilShareApplied(edge, DEPLOYMENTS, moved.share, SETTLE_MS);
  return { step, moved, from, to: Date.now(), seen: observer.seen() };
}

const lineOf = ({ step, moved, from, to, seen }: TakenStep): string =>
  `  ${step.stage} (${moved.move}) ${((to - from) / 1000).toFixed(1)} s, fewest ready ${seen.fewestReady}`;

async function reportOf(
  way: Way,
  { replicas, cycles, recordFile }: RunOptions,
  taken: readonly Taken[],
): Promise<Run> {
  const buckets = parseRecord(await readFile(recordFile, "utf8"));
  const start = buckets[0]?.at ?? 0;
  const { total, during, outside, moves } = figuresOf(buckets, taken);
  return {
    way: way.name,
    replicas,
    cycles,
    total,
    during,
    outside,
    clientLateMs: summarise(buckets).lateMs,
    moves: taken.map((move, index) => moveReport(replicas, move, start, moves[index])),
    timeline: timelineOf(buckets),
  };
}

function moveReport(
  replicas: Replicas,
  taken: Taken,
  start: number,
  figures: LoadFigures["moves"][number] | undefined,
): MoveReport {
  const { step, moved, from, to, seen, cycle, before } = taken;
  if (!figures) throw new Error(`no load was recorded in the move to ${step.stage}`);
  const pods = { before: podsAt(before.stage, replicas), after: podsAt(step.stage, replicas) };
  return {
    ...figures,
    cycle,
    stage: step.stage,
    move: moved.move,
    at: from - start,
    seconds: (to - from) / 1000,
    share: {
      before: before.share,
      after: moved.share,
      bound: moved.bound ?? null,
      applied: seen.share ?? null,
      kept: moved.bound ? keeps(moved.bound, seen.share) : null,
    },
    readyPods: {
      ...pods,
      fewest: seen.fewestReady,
      kept: seen.fewestReady >= Math.min(pods.before, pods.after),
    },
  };
}

/** A time without any server is a failure of another sort, and counted as such. */
function keeps(bound: ShareRange, applied: ShareRange | undefined): boolean {
  if (!applied) return false;
  return (
    applied.lowest >= bound.lowest - TOLERANCE_POINTS && applied.highest <= bound.highest + TOLERANCE_POINTS
  );
}
