import { type GateConfig, timesAt } from "../../config/gate.ts";
import { parametersOf } from "../../gate/parameters.ts";
import { settingsOf } from "../../operations/judge.ts";
import type { EvidenceJson, PageSoak } from "../contract.ts";

/** Of one soak; it is thinned out evenly before it has more. */
export const MOST_LOOKS = 1_000;

/** A soak with one more look. One of another stage, or from an earlier time, begins a new soak. */
export function withLook(
  soak: PageSoak | null,
  stage: string,
  look: EvidenceJson,
  gate: GateConfig,
  mostLooks = MOST_LOOKS,
): PageSoak {
  const isSame = soak?.stage === stage && (soak.looks.at(-1)?.seconds ?? 0) <= look.seconds;
  const before = isSame ? soak.looks : [];
  const { alarmA, niPass } = parametersOf(settingsOf(gate));
  const { least, most } = timesAt(gate, stage);
  // The first one stays: the curve begins where the soak began.
  const kept = before.length < mostLooks ? before : before.filter((_, at) => at % 2 === 0);
  return {
    stage,
    looks: [...kept, look],
    boundaries: { harm: alarmA, fine: niPass },
    leastSeconds: least,
    mostSeconds: most,
    held: true,
  };
}
