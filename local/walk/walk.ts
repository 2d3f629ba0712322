import { join } from "node:path";
import { edgeUrl } from "../../src/ops/address.ts";
import type { Operator } from "../../src/ops/operator.ts";
import type { Environment } from "../environment.ts";
import { type Load, startLoad } from "../load/load.ts";
import type { Summary } from "../load/summary.ts";
import { setRelease } from "../workspace.ts";
import { untilShareApplied } from "./applied.ts";
import type { WalkPrinter } from "./printer.ts";
import type { Report, Step } from "./report.ts";
import { takeStep } from "./steps.ts";
import { timelineOf } from "./timeline.ts";

/** Requests that each stage's share is measured with. */
const MEASURED_REQUESTS = 4000;
const LOAD_PER_SECOND = 200;

const NEXT_RELEASE = { previous: "2.4.20", canary: "2.4.23" };

/** The walkthrough: up, back, up to the end, and into the next release. */
const WALK = [
  { stage: "canary-25" },
  { stage: "canary-75" },
  { stage: "canary-25" },
  { stage: "canary-75" },
  { stage: "canary-100" },
  { stage: "canary-25", release: NEXT_RELEASE },
] as const;

export interface WalkOptions {
  readonly environment: Environment;
  /** Reads the project anew at each step: a release is a change of Pulumi.yaml. */
  readonly operator: () => Promise<Operator>;
  readonly stateDir: string;
  readonly printer: WalkPrinter;
  readonly signal: AbortSignal;
}

/**
 * Takes a release through its stages under steady traffic.
 * @throws UserError when a stage cannot be applied
 */
export async function walk(options: WalkOptions): Promise<Omit<Report, "environment">> {
  const { environment, printer, signal } = options;
  const started = performance.now();
  const steps: Step[] = [];
  const stepsAt: number[] = [];
  let load: Load | undefined;
  let loaded: Summary | undefined;
  const recordFile = join(options.stateDir, "load.ndjson");
  try {
    for (const planned of WALK) {
      signal.throwIfAborted();
      if ("release" in planned) await setRelease(environment.workspace, planned.release);
      const operator = await options.operator();
      const from = Date.now();
      stepsAt.push(from);
      printer.begin(planned.stage, operator.project.config.release);
      const step = await takeStep(operator, planned.stage, {
        requests: MEASURED_REQUESTS,
        untilShareApplied: async (plan) => {
          if (environment.edge) await untilShareApplied(environment.edge, plan);
        },
        onPreview: printer.preview,
        onApplied: printer.applied,
        beforeMeasuring: async () => {
          load ??= await startSteadyLoad(operator, environment, recordFile);
        },
        signal,
      });
      const during = await load?.between(from, Date.now());
      steps.push({ ...step, failed: step.failed + (during?.failed ?? 0) });
      printer.measured(step, during);
    }
  } finally {
    loaded = await load?.stop();
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

async function startSteadyLoad(
  operator: Operator,
  { networks }: Environment,
  recordFile: string,
): Promise<Load> {
  const { founding } = operator.project.config;
  const api = await operator.cluster();
  if (!api) throw new Error(`${founding} was applied, but exports no cluster access`);
  return startLoad({
    url: await edgeUrl(api, await operator.project.stage(founding)),
    clusterCidrs: [...networks],
    newConnectionsPerSecond: LOAD_PER_SECOND,
    recordFile,
    classify: { body: "<h1>httpd ([^<]+)</h1>" },
  });
}
