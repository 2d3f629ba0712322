/** A run of failing looks: how many of the canary's requests fail, in how many looks on end, and how many failures at least. */
export interface RunRule {
  /** Least part of the canary's requests that fail in each look, 0 to 1. */
  readonly share: number;
  /** Looks on end. */
  readonly looks: number;
  /** Failed requests in all of them together. */
  readonly failures: number;
}

/** What the tests of errors go by. Source of each default: docs/gate.md, which has the derivations. */
export interface ErrorParameters {
  /** The canary may fail this many times as often as the previous version … */
  readonly ratio: number;
  /** … and by this much more, as a part of its requests (0.0002 is 0.02 percentage points), before it is harm. */
  readonly points: number;
  /** Alternatives that are bet on, as multiples of `ratio`, with equal weights. */
  readonly grid: readonly number[];
  /** Evidence A at which it is harm: 1 / the chance of a false alarm in a whole soak. */
  readonly alarmA: number;
  /** Evidence B that has to confirm it. */
  readonly alarmB: number;
  /** Runs that confirm it in the place of evidence B. */
  readonly runs: readonly RunRule[];
  /** In a run the canary fails at least so many times as often as the previous version. */
  readonly runTimes: number;
  /** The largest logarithm of one look's factor: exp of it is still a number. */
  readonly exponentCap: number;
  /** The largest evidence that is kept. */
  readonly cap: number;
}

/** What the test of being no worse goes by. */
export interface FineParameters {
  /** Fine is at most this many times the previous version's rate … */
  readonly niRatio: number;
  /** … plus so much, as a part of the canary's requests (0.005 is half a percentage point). */
  readonly niPoints: number;
  /** Alternatives that are bet on, as parts of `niRatio`. */
  readonly niGrid: readonly number[];
  /** Evidence at which it is fine: 1 / the chance of a wrong one. */
  readonly niPass: number;
  readonly exponentCap: number;
}

/** What the test of the edge's averages goes by. */
export interface LatencyParameters {
  /** Chance that a block of a canary that is not slower counts as slower. */
  readonly p: number;
  /** Chances under harm that are bet on. */
  readonly grid: readonly number[];
  /** Evidence that holds a promotion. */
  readonly alarm: number;
  /** Slower is above so many times the previous version's mean … */
  readonly ratio: number;
  /** … and so many milliseconds. */
  readonly ms: number;
}

/** What the test of restarts goes by. */
export interface RestartParameters {
  /** Restarts of one healthy pod in a second. */
  readonly rate: number;
  /** Multiples of that rate that are bet on. */
  readonly grid: readonly number[];
  readonly alarm: number;
}

export interface GateParameters extends ErrorParameters, FineParameters {
  readonly latency: LatencyParameters;
  readonly restarts: RestartParameters;
}

const WEEK_SECONDS = 7 * 24 * 3600;

/**
 * The 1 % of false alarms in a soak is divided: errors 0.5 % (1 / 200), latency 0.3 % (1 / 333), restarts 0.2 %
 * (1 / 500). Fine is said at 95 % (1 / 20).
 */
export const DEFAULTS: GateParameters = {
  ratio: 1.25,
  points: 0.0002,
  grid: [1.5, 2, 3, 5, 10, 30, 100],
  alarmA: 200,
  alarmB: 100,
  runs: [
    { share: 0.8, looks: 3, failures: 20 },
    { share: 0.1, looks: 5, failures: 50 },
  ],
  runTimes: 3,
  niRatio: 2,
  niPoints: 0.005,
  niGrid: [0.05, 0.25, 0.5, 0.75],
  niPass: 20,
  exponentCap: 460,
  cap: 1e200,
  latency: { p: 0.25, grid: [0.5, 0.75, 0.95], alarm: 1000 / 3, ratio: 1.5, ms: 5 },
  restarts: { rate: 1 / WEEK_SECONDS, grid: [10, 100, 1000], alarm: 500 },
};

/** What can be set of a gate. */
export interface GateSettings extends Pick<ErrorParameters, "ratio" | "points"> {
  /** Part of the soaks of healthy canaries that may be called harmful, 0.01 for one in a hundred. */
  readonly falseAlarms: number;
  /** Part of the canaries called fine that may be worse than allowed, 0.05 for one in twenty. */
  readonly wronglyFine: number;
}

/** Of the defaults. */
const FALSE_ALARMS = 0.01;

/**
 * The gate with margins and error rates of one's own. Fine is never stricter than harm: a canary that may fail three times
 * as often would else be neither at two and a half, for ever.
 */
export function parametersOf({ ratio, points, falseAlarms, wronglyFine }: GateSettings): GateParameters {
  const { latency, restarts } = DEFAULTS;
  return {
    ...withFalseAlarms(DEFAULTS, falseAlarms),
    ratio,
    points,
    niRatio: Math.max(DEFAULTS.niRatio, ratio),
    niPoints: Math.max(DEFAULTS.niPoints, points),
    niPass: 1 / wronglyFine,
    latency,
    restarts: { ...restarts, alarm: (restarts.alarm * FALSE_ALARMS) / falseAlarms },
  };
}

/** The same test at another rate of false alarms: its part of them stays what it was. @param falseAlarms of the whole gate */
export function withFalseAlarms<T extends ErrorParameters>(parameters: T, falseAlarms: number): T {
  const factor = FALSE_ALARMS / falseAlarms;
  return { ...parameters, alarmA: parameters.alarmA * factor, alarmB: parameters.alarmB * factor };
}

/** Requests that are slow by a histogram, tested as those that fail are: at most 1.5 times as many, plus a point. */
export const SLOW_REQUESTS: ErrorParameters = {
  ...DEFAULTS,
  ratio: 1.5,
  points: 0.01,
  alarmA: DEFAULTS.latency.alarm,
};
