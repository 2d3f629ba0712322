import { percent } from "../../model/traffic.ts";
import type { Check, Problem } from "../check.ts";
import { fitsShare, measuredShare } from "../measurement.ts";

/** Requests through the edge are all answered, and by the canary as often as its pods ask for. */
export const requestsCheck: Check = {
  name: "requests",
  run: async (stage) => {
    const effective = await stage.effective();
    const measurement = await stage.measurement();
    const { canary } = stage.release;
    const measured = measuredShare(measurement, canary);
    const problems: Problem[] = Object.entries(measurement.failures).map(
      ([failure, count]) => `${count} requests failed: ${failure}`,
    );
    if (measured === undefined || effective === undefined || fitsShare(measurement, canary, effective)) {
      return problems;
    }
    const unfit = `canary ${canary} was measured at ${percent(measured)}, which does not fit ${percent(effective)}`;
    return [...problems, unfit];
  },
};
