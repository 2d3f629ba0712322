import type { Live } from "../application/live.ts";
import type { Config } from "../config/stage.ts";
import type { StagePlan } from "../model/plan.ts";

/**
 * What a router makes of a stage, without declaring anything: known to the command as well, which need not load an
 * SDK for it.
 */
export interface Planner<C extends Config = Config> {
  /**
   * The stage as this router does it; pure.
   * @throws UserError when the shares cannot be given
   */
  plan(config: C): StagePlan;
  /** Percent of the traffic that the canary's Deployment gets now; undefined when nothing takes any. */
  canaryShareNow(live: Live): number | undefined;
  /** API path of the object whose `status.loadBalancer` says where the traffic comes in. */
  addressPath(config: C): string;
}
