import fc from "fast-check";
import { type GateState, newSoak, withLook } from "../../../src/gate/gate.ts";
import type { Look } from "../../../src/gate/look.ts";
import { DEFAULTS } from "../../../src/gate/parameters.ts";

/** A look as the worked cases write it: canary's requests and failures, previous' requests and failures. */
export const lookOf = ([canary, canaryFailed, previous, previousFailed]: readonly [
  number,
  number,
  number,
  number,
]): Look => ({
  canary: { requests: canary, failed: canaryFailed },
  previous: { requests: previous, failed: previousFailed },
});

/** Requests of a version, of which some fail. */
export const counts = (most: number) =>
  fc.nat(most).chain((requests) => fc.record({ requests: fc.constant(requests), failed: fc.nat(requests) }));

export const look = (most = 1000): fc.Arbitrary<Look> =>
  fc.record({ canary: counts(most), previous: counts(most) });

/** A soak of so many planned looks, after these. */
export const soakOf = (looks: readonly Look[], planned = 120): GateState =>
  looks.reduce<GateState>((state, one) => withLook(state, one, DEFAULTS), newSoak(planned, DEFAULTS));
