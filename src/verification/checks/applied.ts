import { percent } from "../../model/traffic.ts";
import type { Check } from "../check.ts";

/** The data plane may differ from pods and weights by its rounding alone, in percentage points. */
const ROUNDING_POINTS = 0.1;

/** Whether the data plane has taken over what the pods give. */
export const isApplied = (applied: number, effective: number): boolean =>
  Math.abs(applied - effective) <= ROUNDING_POINTS;

/** The data plane gives the canary what its pods and weights ask for. */
export const appliedCheck: Check = {
  name: "applied",
  run: async (stage) => {
    const effective = await stage.effective();
    const applied = await stage.applied();
    if (effective === undefined || applied === undefined || isApplied(applied, effective)) return [];
    return [
      `canary ${stage.release.canary} gets ${percent(applied)} in ${stage.router.live.dataPlane?.name}, where the pods give it ${percent(effective)}`,
    ];
  },
};
