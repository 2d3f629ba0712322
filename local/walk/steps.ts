import type { StagePlan } from "../../src/model/plan.ts";
import { edgeUrl } from "../../src/ops/address.ts";
import { applyStage, previewStage, type StagePreview } from "../../src/ops/move.ts";
import type { Operator } from "../../src/ops/operator.ts";
import { judge, type Measurement, measure } from "../../src/ops/verify.ts";
import type { Step } from "./report.ts";

export interface StepOptions {
  /** Requests that a share is measured with. */
  readonly requests: number;
  /** Awaits that the edge has taken the stage's weights over. */
  readonly untilShareApplied: (plan: StagePlan) => Promise<void>;
  readonly onPreview: (preview: StagePreview) => void;
  readonly onApplied: (seconds: number) => void;
  readonly beforeMeasuring: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Previews, applies and measures one stage. @throws UserError when one of them fails */
export async function takeStep(operator: Operator, stage: string, options: StepOptions): Promise<Step> {
  const started = performance.now();
  const preview = await previewStage(operator, stage, { signal: options.signal });
  options.onPreview(preview);
  await applyStage(operator, preview, { signal: options.signal });
  await options.untilShareApplied(preview.plan);
  const seconds = (performance.now() - started) / 1000;
  options.onApplied(seconds);

  await options.beforeMeasuring();
  const measurement = await measureStage(operator, preview, options);
  options.signal.throwIfAborted();
  const { release } = preview.config;
  const verdict = judge(measurement, release.canary, preview.plan.effectiveCanary);
  return {
    stage,
    release,
    move: preview.move,
    intended: preview.plan.intended.canary,
    effective: preview.plan.effectiveCanary,
    measured: verdict.measured,
    requests: measurement.requests,
    failed: measurement.failed,
    seconds,
    fits: verdict.fits,
    changed: preview.changes.map(({ object, path, from = null, to = null }) => ({ object, path, from, to })),
  };
}

async function measureStage(
  operator: Operator,
  { config }: StagePreview,
  { requests, signal }: StepOptions,
): Promise<Measurement> {
  const api = await operator.cluster();
  if (!api) throw new Error(`stage applied, but ${config.founding} exports no cluster access`);
  const url = await edgeUrl(api, config);
  const versions = [config.release.previous, config.release.canary];
  return measure({ url, rule: {}, versions }, { requests, signal });
}
