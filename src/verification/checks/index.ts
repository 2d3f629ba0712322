import type { Check } from "../check.ts";
import { appliedCheck } from "./applied.ts";
import { podsCheck } from "./pods.ts";
import { requestsCheck } from "./requests.ts";

/** Every check of a live stage, in the order in which they run: a new one is its file and a line here. */
export const checks: readonly Check[] = [podsCheck, appliedCheck, requestsCheck];
