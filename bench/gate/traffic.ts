import { randomBinomial, randomGeometric, randomLcg, randomPoisson, randomUniform } from "d3-random";
import type { Counts, Look } from "../../src/gate/look.ts";

export const LOOK_SECONDS = 5;

/** How failures come: evenly; with a base rate that drifts and an incident of both versions; in clusters. */
export const PATTERNS = ["plain", "drift", "bursts"] as const;
export type Pattern = (typeof PATTERNS)[number];

export interface Traffic {
  /** Requests a second of both versions. */
  readonly rate: number;
  /** The canary's part of them, 0 to 1. */
  readonly share: number;
  /** The part of the previous version's requests that fail. */
  readonly base: number;
  /** How many times as often the canary fails; infinite where it fails everything. */
  readonly times: number;
  readonly pattern: Pattern;
  readonly minutes: number;
}

/** In `drift`: both versions fail this many times as often, for so long. */
const INCIDENT = { times: 10, seconds: 120 };
/** In `bursts`: failures in one cluster. */
const BURST_MEAN = 10;

/** The looks of one soak, the same for the same seed. Source of the patterns: shared/health-gate/design.md. */
export function soak(traffic: Traffic, seed: number): Look[] {
  const source = randomLcg(seed);
  const { rate, share, base, times, pattern, minutes } = traffic;
  const seconds = minutes * 60;
  const incident = randomUniform.source(source)(0, seconds - INCIDENT.seconds)();
  const phase = randomUniform.source(source)(0, 2 * Math.PI)();
  const requests = randomPoisson.source(source);
  const draw = pattern === "bursts" ? bursts(source) : evenly(source);
  return Array.from({ length: seconds / LOOK_SECONDS }, (_, index) => {
    const at = index * LOOK_SECONDS;
    const now = pattern === "drift" ? base * driftAt(at, { seconds, phase, incident }) : base;
    const of = (part: number, failing: number): Counts => {
      const all = requests(rate * part * LOOK_SECONDS)();
      return { requests: all, failed: draw(all, Math.min(1, failing)) };
    };
    return { canary: of(share, now * times), previous: of(1 - share, now) };
  });
}

/** The base rate goes between half and twice itself over the soak; in the incident it is ten times as high. */
function driftAt(
  at: number,
  {
    seconds,
    phase,
    incident,
  }: { readonly seconds: number; readonly phase: number; readonly incident: number },
): number {
  const wave = 2 ** Math.sin(phase + (2 * Math.PI * at) / seconds);
  return at >= incident && at < incident + INCIDENT.seconds ? wave * INCIDENT.times : wave;
}

type Draw = (requests: number, failing: number) => number;

const evenly =
  (source: () => number): Draw =>
  (requests, failing) =>
    failing >= 1 ? requests : randomBinomial.source(source)(requests, failing)();

/** As many failures on the average, in clusters of ten on the average, each within a look. */
const bursts =
  (source: () => number): Draw =>
  (requests, failing) => {
    if (failing >= 1) return requests;
    const size = randomGeometric.source(source)(1 / BURST_MEAN);
    const clusters = randomPoisson.source(source)((requests * failing) / BURST_MEAN)();
    let failed = 0;
    for (let cluster = 0; cluster < clusters; cluster++) failed += size();
    return Math.min(failed, requests);
  };
