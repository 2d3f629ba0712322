import type { MoveJson, VerificationJson } from "../../../../src/results/schemas.ts";

const RELEASE = { previous: "2.4.18", canary: "2.4.20" };

export const VERIFICATION: VerificationJson = {
  url: "http://127.0.0.1:8080",
  host: null,
  stage: "canary-75",
  release: RELEASE,
  shares: {
    previous: { intended: 25, effective: 25, applied: 25, measured: 25.4 },
    canary: { intended: 75, effective: 75, applied: 75, measured: 74.6 },
  },
  requests: 4000,
  failed: 1,
  byVersion: { "2.4.18": 1016, "2.4.20": 2983 },
  problems: [],
  fits: true,
};

/** A promotion as the command reports it. */
export const MOVE: MoveJson = {
  stage: "canary-75",
  release: RELEASE,
  move: "promotion",
  applied: true,
  changes: [
    { object: "Deployment httpd-new", operation: "update", path: "spec.replicas", from: null, to: 3 },
  ],
  verification: VERIFICATION,
  timing: { preview: 3, apply: 4, settle: 0.5, verify: 3 },
  seconds: 10.5,
};
