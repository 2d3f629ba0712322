import type { Waiting } from "./counters.ts";
import {
  type ErrorEvidence,
  evidenceA,
  evidenceB,
  isHarm,
  isRun,
  noEvidence,
  withLook as withErrorLook,
} from "./errors.ts";
import {
  type FineEvidence,
  fineBound,
  fineEvidence,
  noFineEvidence,
  withFineFailures,
  withFineLook,
} from "./fine.ts";
import { type Counts, type Look, sum } from "./look.ts";
import type { GateParameters } from "./parameters.ts";

/** What a soak has shown so far: a plain object, which can be written down and taken up again. */
export interface GateState {
  /** Looks that the soak is planned for. */
  readonly planned: number;
  readonly errors: ErrorEvidence;
  readonly fine: FineEvidence;
  /** Requests of the whole soak. */
  readonly canary: Counts;
  readonly previous: Counts;
  /** What the last look with requests came to. */
  readonly decision: Decision;
}

export type Decision = "harm" | "fine" | "go on";

/** What the evidence comes to. */
export interface Judgement {
  readonly decision: Decision;
  /** Evidence of harm: each request a draw, and each look a draw. Chance alone reaches x in one of x soaks. */
  readonly eA: number;
  readonly eB: number;
  /** Evidence of being no worse. */
  readonly eN: number;
  /** Whether the canary fails so many requests in so many looks on end that harm needs no more evidence. */
  readonly run: boolean;
}

/** Evidence A from which the canary is in doubt: then it is not called fine. */
export const DOUBT = 10;

export const newSoak = (planned: number, parameters: GateParameters): GateState => ({
  planned,
  errors: noEvidence(parameters),
  fine: noFineEvidence(parameters),
  canary: { requests: 0, failed: 0 },
  previous: { requests: 0, failed: 0 },
  decision: "go on",
});

/**
 * Adds a look: both versions at the same time. A look without requests changes no evidence but for its onset weight, and
 * never the decision.
 */
export function withLook(state: GateState, look: Look, parameters: GateParameters): GateState {
  const errors = withErrorLook(state.errors, look, state.planned, parameters);
  const fine = withFineLook(state.fine, look, parameters);
  const isEmpty = look.canary.requests + look.previous.requests === 0;
  return {
    planned: state.planned,
    errors,
    fine,
    canary: sum(state.canary, look.canary),
    previous: sum(state.previous, look.previous),
    decision: isEmpty ? state.decision : decisionOf({ errors, fine }, parameters),
  };
}

function decisionOf(
  { errors, fine }: Pick<GateState, "errors" | "fine">,
  parameters: GateParameters,
): Decision {
  if (isHarm(errors, parameters)) return "harm";
  return isNoWorse(fine, parameters) && evidenceA(errors) < DOUBT ? "fine" : "go on";
}

const isNoWorse = (fine: FineEvidence, parameters: GateParameters): boolean =>
  fineEvidence(fine, parameters.niPoints, parameters) >= parameters.niPass;

/** Harm, fine, or neither yet. It may be asked after every look: the stated chances hold for the whole soak. */
export function judge({ decision, errors, fine }: GateState, parameters: GateParameters): Judgement {
  return {
    eA: evidenceA(errors),
    eB: evidenceB(errors),
    eN: fineEvidence(fine, parameters.niPoints, parameters),
    run: isRun(errors, parameters),
    decision,
  };
}

/**
 * Whether the evidence of being no worse were still enough if the requests that wait for an answer failed: one that hangs
 * has failed only when it is given up, which may be later than all looks of a soak.
 */
export function isFineIfLost(
  { fine, canary, previous }: GateState,
  waiting: Waiting,
  parameters: GateParameters,
): boolean {
  const lost = withFineFailures(
    fine,
    {
      canary: { requests: canary.requests, failed: waiting.canary },
      previous: { requests: previous.requests, failed: waiting.previous },
    },
    parameters,
  );
  return isNoWorse(lost, parameters);
}

/** "It fails at most `niRatio` times as often as the previous version plus this", as a part of its requests. */
export const boundOf = ({ fine }: GateState, parameters: GateParameters): number =>
  fineBound(fine, parameters);
