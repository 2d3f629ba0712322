import type { JudgedRun, Report } from "../../../../bench/peers/report.ts";

const CIRCUMSTANCES = {
  date: "2026-01-02",
  cores: 2,
  loadAverage: 0.5,
  versions: "Kubernetes v1.36.3, Flagger 1.41.0",
};
const FIGURES = {
  requests: 1000,
  failed: 0,
  failuresByKind: {},
  longestGapMs: 20,
  p50: 2,
  p99: 9,
  p999: 12,
};

/** A run of releases. */
export function releaseOf(contender: "gateway" | "flagger", failed: number): Report["releases"][number] {
  const figures = { ...FIGURES, failed, failuresByKind: failed > 0 ? { reset: failed } : {} };
  const move = (seconds: number) => ({
    ...figures,
    cycle: 1,
    title: "to 25 %",
    share: 25,
    at: 1000,
    seconds,
    doneSeconds: seconds + 1,
    fewestReady: 2,
    made: 2,
    calls: 10,
    cpuSeconds: 3,
    peakMebibytes: 100,
    atRest: { new: 24.8, kept: 25.2 },
  });
  return {
    contender,
    rate: 500,
    cycles: 2,
    total: figures,
    during: figures,
    outside: FIGURES,
    clientLateMs: 8,
    moves: [move(2), move(6), move(4)],
    timeline: [
      { at: 0, byVersion: { r000: 10 }, failures: {}, p99: 5 },
      { at: 500, byVersion: { r000: 8, r001: 2 }, failures: {}, p99: 5 },
    ],
    circumstances: CIRCUMSTANCES,
  };
}

/** A canary that was judged. */
export function judgedOf(run: Partial<JudgedRun>): Report["judged"][number] {
  return {
    contender: "gateway",
    canary: "fails everything",
    rate: 50,
    interval: "1m",
    outcome: "taken out",
    seconds: 15,
    requests: 750,
    failed: 190,
    base: 0,
    failuresByKind: { status: 190 },
    ...run,
    circumstances: CIRCUMSTANCES,
  };
}

/** Of a bench that measured nothing. */
export const EMPTY: Report = { releases: [], judged: [], killed: [], rights: [] };
