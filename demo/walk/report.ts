import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const share = z.number().min(0).max(100);

const step = z.object({
  stage: z.string(),
  release: z.object({ previous: z.string(), canary: z.string() }),
  move: z.string(),
  /** Percent of the traffic for the canary version. */
  intended: share,
  effective: share,
  measured: share,
  requests: z.number(),
  failed: z.number(),
  /** From the start of the move until the share is there. */
  seconds: z.number(),
  fits: z.boolean(),
  changed: z.array(z.object({ object: z.string(), path: z.string(), from: z.unknown(), to: z.unknown() })),
});

/** `reports/release.json`: what a walk through a release did and measured. */
export const reportSchema = z.object({
  environment: z.object({
    engine: z.string(),
    provider: z.string(),
    kubernetes: z.string(),
    /** What carried the traffic, with its version. */
    edge: z.string(),
  }),
  steps: z.array(step),
  /** Steady load and measurements together. */
  requests: z.number(),
  failed: z.number(),
  seconds: z.number(),
  /** Answers by version, a tenth of a second each, and when each step began: what the picture is drawn from. */
  timeline: z.object({
    stepsAt: z.array(z.number()),
    buckets: z.array(
      z.object({ at: z.number(), byVersion: z.record(z.string(), z.number()), failed: z.number() }),
    ),
  }),
});

export type Report = z.infer<typeof reportSchema>;
export type Step = z.infer<typeof step>;

/** Whether the walk proved what it is to prove: every share fits and no request failed. */
export const succeeded = (report: Report): boolean =>
  report.failed === 0 && report.steps.every((taken) => taken.fits && taken.failed === 0);

export async function writeReport(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(reportSchema.parse(report), null, 2)}\n`);
}
