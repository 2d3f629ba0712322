import { join } from "node:path";
import type { Environment } from "../../local/environment/environment.ts";
import { readProject } from "../../src/project/project.ts";
import { releaseSchema } from "../../src/results/schemas.ts";
import { runCanary, type Shell, typed } from "./command.ts";
import { type SteadyLoad, steadyLoad } from "./load.ts";
import type { WalkPrinter } from "./printer.ts";
import type { Report, Step } from "./report.ts";
import { moveOf, stepOf } from "./steps.ts";
import { timelineOf } from "./timeline.ts";

/** Requests that each stage's share is measured with; fewer where all of them may go through an API server. */
const MEASURED_REQUESTS = { atTheEdge: 4000, throughAnEntrance: 1000 };

type Typed = readonly ["foundation" | "rollback" | "release"] | readonly ["promote", stage: string];

/**
 * The walkthrough: what the stages stand on, then up, back, up to the end, and into the next release.
 * @param lifecycle two stages at least
 */
function walkThrough([first = "", second = "", ...further]: readonly string[]): Typed[] {
  return [
    ["foundation"],
    ["promote", first],
    ["promote", second],
    ["rollback"],
    ["promote", second],
    ...further.map((stage): Typed => ["promote", stage]),
    ["release"],
    ["promote", first],
  ];
}

export interface WalkOptions {
  readonly environment: Environment;
  readonly stateDir: string;
  /** The version that is released after the first release. */
  readonly next: string;
  /** What an application needs in its namespace before its first stage. */
  readonly prepare?: (() => Promise<void>) | undefined;
  readonly printer: WalkPrinter;
  readonly signal: AbortSignal;
}

/**
 * Takes a release through its stages by the `canary` command, under steady traffic.
 * @throws UserError when a command fails
 */
export async function walk({
  environment,
  stateDir,
  next,
  prepare,
  printer,
  signal,
}: WalkOptions): Promise<Omit<Report, "environment">> {
  const started = performance.now();
  const steps: Step[] = [];
  const stepsAt: number[] = [];
  const recordFile = join(stateDir, "load.ndjson");
  const shell: Shell = { workspace: environment.workspace, stateDir, signal };
  const options = movingOptions(environment);
  const wordsOf = { foundation: ["--yes"], promote: options, rollback: options, release: [next] };
  const { config } = await readProject(environment.workspace.directory);
  const versions = [config.release.previous, config.release.canary, next];
  const load = steadyLoad(environment, { recordFile, versions }, signal);
  let loaded: Awaited<ReturnType<SteadyLoad["stop"]>>;
  try {
    for (const [command, ...named] of walkThrough(config.lifecycle)) {
      const words = [command, ...named, ...wordsOf[command]];
      printer.typed(typed(words));
      const from = Date.now();
      const output = await runCanary(words, shell);
      if (command === "foundation") await prepare?.();
      if (command === "release") printer.released(releaseSchema.parse(output));
      if (command === "release" || command === "foundation") continue;
      stepsAt.push(from);
      const move = moveOf(command, output);
      const during = await load.between(from, Date.now());
      steps.push(stepOf(move, during.failed));
      printer.moved(move, during);
    }
  } finally {
    loaded = await load.stop();
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    steps,
    requests: sum(steps.map(({ requests }) => requests)) + (loaded?.requests ?? 0),
    failed: sum(steps.map(({ failed }) => failed)),
    seconds: (performance.now() - started) / 1000,
    timeline: await timelineOf(recordFile, stepsAt),
  };
}

/** Options of a move in the walk: without questions, with all requests, and with the share that the local edge applies. */
function movingOptions({ edge, entrance }: Environment): string[] {
  const stats = edge ? ["--stats", edge.statsUrl] : [];
  const url = entrance === undefined ? [] : ["--url", entrance];
  const { atTheEdge, throughAnEntrance } = MEASURED_REQUESTS;
  const requests = entrance === undefined ? atTheEdge : throughAnEntrance;
  return ["--yes", "--requests", String(requests), ...stats, ...url];
}
