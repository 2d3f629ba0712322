import { z } from "zod";

/** Networks that may connect to the edge. */
export const allowedRanges = z.array(z.cidrv4("must be an IPv4 range such as 203.0.113.0/24")).min(1);

/** What every router's edge has in common: what the cluster has to know of it, to let its clients through. */
export interface EdgeConfig {
  /** Networks that may connect; all without it. */
  readonly allowedRanges?: string[] | undefined;
  /** Set where the edge serves HTTPS as well. */
  readonly tls?: object | undefined;
}

/** The ports that the edge listens on. */
export function edgePorts({ tls }: EdgeConfig): readonly number[] {
  return tls ? [80, 443] : [80];
}
