import { join } from "node:path";
import type { Environment } from "../../local/environment/environment.ts";
import { releaseSchema } from "../../src/cli/schemas.ts";
import { runCanary, type Shell, typed } from "./command.ts";
import { type SteadyLoad, steadyLoad } from "./load.ts";
import type { WalkPrinter } from "./printer.ts";
import type { Report, Step } from "./report.ts";
import { moveOf, stepOf } from "./steps.ts";
import { timelineOf } from "./timeline.ts";

/** Requests that each stage's share is measured with. */
const MEASURED_REQUESTS = 4000;

/** The walkthrough: what the stages stand on, then up, back, up to the end, and into the next release. */
const WALK = [
  ["foundation"],
  ["promote", "canary-25"],
  ["promote", "canary-75"],
  ["rollback"],
  ["promote", "canary-75"],
  ["promote", "canary-100"],
  ["release"],
  ["promote", "canary-25"],
] as const;

export interface WalkOptions {
  readonly environment: Environment;
  readonly stateDir: string;
  /** The version that is released after the first release. */
  readonly next: string;
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
  const load = steadyLoad(environment, recordFile, signal);
  let loaded: Awaited<ReturnType<SteadyLoad["stop"]>>;
  try {
    for (const [command, ...named] of WALK) {
      const words = [command, ...named, ...wordsOf[command]];
      printer.typed(typed(words));
      const from = Date.now();
      const output = await runCanary(words, shell);
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
  return ["--yes", "--requests", String(MEASURED_REQUESTS), ...stats, ...url];
}
