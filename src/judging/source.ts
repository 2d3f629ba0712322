import { UserError } from "../errors.ts";
import type { Reading } from "../gate/counters.ts";
import type { DataPlane, ServedStage } from "../routers/live-share.ts";

/** Where a judge looks: the counters of all servers at one time. */
export interface LookSource {
  /** As it stands in sentences. */
  readonly name: string;
  /** @throws UserError when they cannot be read */
  readonly read: () => Promise<Reading>;
}

/**
 * The statistics of every program that carries the traffic.
 * @param urls where each has them
 * @throws UserError for a router without such a program
 */
export function dataPlaneSource(
  dataPlane: DataPlane | undefined,
  {
    stage,
    urls,
    router,
  }: { readonly stage: ServedStage; readonly urls: readonly string[]; readonly router: string },
): LookSource {
  if (!dataPlane) {
    throw new UserError(
      `gate.stats is set, but the router ${router} has no statistics of its own`,
      "Leave gate out of Pulumi.yaml.",
    );
  }
  return {
    name: dataPlane.name,
    read: async () =>
      Object.assign({}, ...(await Promise.all(urls.map((url) => dataPlane.counters(url, stage))))),
  };
}
