import { readFile } from "node:fs/promises";
import { type Bucket, parseRecord } from "../../bench/load/record.ts";
import type { Report } from "./report.ts";

/** What the load's record says, tenth of a second by tenth of a second; times in milliseconds since its first. */
export async function timelineOf(
  recordFile: string,
  stepsAt: readonly number[],
): Promise<Report["timeline"]> {
  const text = await readFile(recordFile, "utf8").catch(() => "");
  const buckets = parseRecord(text);
  const start = buckets[0]?.at ?? 0;
  return {
    stepsAt: stepsAt.map((at) => at - start),
    buckets: buckets.map((bucket) => ({
      at: bucket.at - start,
      byVersion: versionsIn(bucket),
      failed: bucket.failures.length,
    })),
  };
}

function versionsIn(bucket: Bucket): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { versions } of [bucket.new, bucket.kept]) {
    for (const [version, count] of Object.entries(versions)) counts[version] = (counts[version] ?? 0) + count;
  }
  return counts;
}
