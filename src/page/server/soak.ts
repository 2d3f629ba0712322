import type { GateConfig } from "../../config/gate.ts";
import { DEFAULTS } from "../../gate/parameters.ts";
import type { EvidenceJson, PageSoak } from "../contract.ts";

/** Of one soak; it is thinned out evenly before it has more. */
export const MOST_LOOKS = 1_000;

/** A soak with one more look. One of another stage, or from an earlier time, begins a new soak. */
export function withLook(
  soak: PageSoak | null,
  stage: string,
  look: EvidenceJson,
  { least, most }: Pick<GateConfig, "least" | "most">,
  mostLooks = MOST_LOOKS,
): PageSoak {
  const isSame = soak?.stage === stage && (soak.looks.at(-1)?.seconds ?? 0) <= look.seconds;
  const before = isSame ? soak.looks : [];
  // The first one stays: the curve begins where the soak began.
  const kept = before.length < mostLooks ? before : before.filter((_, at) => at % 2 === 0);
  return {
    stage,
    looks: [...kept, look],
    boundaries: { harm: DEFAULTS.alarmA, fine: DEFAULTS.niPass },
    leastSeconds: least,
    mostSeconds: most,
    held: true,
  };
}
