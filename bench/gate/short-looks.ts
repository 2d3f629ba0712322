/**
 * `npm run bench:gate:looks`: false alarms of the gate on healthy canaries whose failures come in clusters of three seconds, by
 * the seconds between two looks. Why `gate.every` is not less than five: docs/adr/0129-looks-of-five-seconds.md.
 */
import { randomGeometric, randomLcg, randomPoisson, randomUniform } from "d3-random";
import { judge, newSoak, withLook } from "../../src/gate/gate.ts";
import type { Counts } from "../../src/gate/look.ts";
import { DEFAULTS } from "../../src/gate/parameters.ts";

const SOAKS = 1000;
const SOAK_SECONDS = 600;
const SHARE = 0.25;
/** Failures of a cluster on the average, and how long it lasts. */
const CLUSTER = { failures: 10, seconds: 3 };

const source = randomLcg(0.42);
const poisson = randomPoisson.source(source);
const uniform = randomUniform.source(source);
const size = randomGeometric.source(source)(1 / CLUSTER.failures);

/** Requests of a version in each second, and those that fail. */
function served(perSecond: number, failing: number): Counts[] {
  const failed = new Array<number>(SOAK_SECONDS).fill(0);
  const clusters = poisson((perSecond * failing * SOAK_SECONDS) / CLUSTER.failures)();
  for (let cluster = 0; cluster < clusters; cluster++) {
    const begin = uniform(0, SOAK_SECONDS)();
    for (let left = size(); left > 0; left--) {
      const at = Math.floor(begin + uniform(0, CLUSTER.seconds)());
      if (at < SOAK_SECONDS) failed[at] = (failed[at] ?? 0) + 1;
    }
  }
  return failed.map((count) => ({ requests: Math.max(count, poisson(perSecond)()), failed: count }));
}

function isAlarmed(canary: readonly Counts[], previous: readonly Counts[], every: number): boolean {
  let state = newSoak(SOAK_SECONDS / every, DEFAULTS);
  for (let at = 0; at < SOAK_SECONDS; at += every) {
    const during = (counts: readonly Counts[]): Counts => ({
      requests: counts.slice(at, at + every).reduce((sum, { requests }) => sum + requests, 0),
      failed: counts.slice(at, at + every).reduce((sum, { failed }) => sum + failed, 0),
    });
    state = withLook(state, { canary: during(canary), previous: during(previous) }, DEFAULTS);
    if (judge(state, DEFAULTS).decision === "harm") return true;
  }
  return false;
}

const EVERY = [1, 2, 3, 5, 10];
console.log(`| requests | base rate | ${EVERY.map((every) => `${every} s`).join(" | ")} |`);
console.log(`| --- | --- |${" --- |".repeat(EVERY.length)}`);
for (const [rate, base] of [
  [50, 0.01],
  [500, 0.001],
  [500, 0.01],
] as const) {
  const alarms = EVERY.map(() => 0);
  for (let soak = 0; soak < SOAKS; soak++) {
    const canary = served(rate * SHARE, base);
    const previous = served(rate * (1 - SHARE), base);
    for (const [index, every] of EVERY.entries())
      if (isAlarmed(canary, previous, every)) alarms[index] = (alarms[index] ?? 0) + 1;
  }
  const parts = alarms.map((count) => `${Number(((100 * count) / SOAKS).toFixed(1))} %`);
  console.log(`| ${rate}/s | ${100 * base} % | ${parts.join(" | ")} |`);
}
